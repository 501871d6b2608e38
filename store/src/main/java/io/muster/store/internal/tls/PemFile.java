package io.muster.store.internal.tls;

import io.muster.store.internal.text.PrintableText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file in the PEM format, which has been read. Its exceptions name the file and what it is used
 * for. Immutable.
 */
final class PemFile {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final String CONVERT =
      "convert it with 'openssl pkcs8 -topk8 -nocrypt -in KEY -out PKCS8_KEY'";

  private final String use;
  private final Path path;
  private final List<Block> blocks;

  private record Block(String label, String base64) {}

  private PemFile(String use, Path path, List<Block> blocks) {
    this.use = use;
    this.path = path;
    this.blocks = blocks;
  }

  /**
   * Reads a file.
   *
   * @param use what the file is used for, in exceptions
   * @throws IllegalArgumentException if the file cannot be read
   */
  static PemFile read(String use, Path path) {
    String text;
    try {
      text = Files.readString(path, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw failure(use, path, "there is no such file", e);
    } catch (IOException e) {
      throw failure(use, path, e.toString(), e);
    }
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
    return new PemFile(use, path, List.copyOf(blocks));
  }

  /**
   * The certificates in the file, in its order. There is at least one.
   *
   * @throws IllegalArgumentException if there is none, or one cannot be read
   */
  List<Certificate> certificates() {
    List<Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks) {
        if (block.label.equals("CERTIFICATE")) {
          certificates.add(factory.generateCertificate(new ByteArrayInputStream(bytes(block))));
        }
      }
    } catch (CertificateException e) {
      String number = "certificate " + (certificates.size() + 1);
      throw failure(number + " is garbled: " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw failure("there is no complete block of BEGIN CERTIFICATE and END CERTIFICATE", null);
    }
    return certificates;
  }

  /**
   * The private key in the file.
   *
   * @param algorithm the algorithm of the key
   * @throws IllegalArgumentException if there is not exactly one, if it is encrypted or not in the
   *     PKCS #8 format, or has another algorithm
   */
  PrivateKey privateKey(String algorithm) {
    List<Block> keys =
        blocks.stream().filter(block -> block.label.endsWith("PRIVATE KEY")).toList();
    if (keys.size() != 1) {
      throw failure(
          keys.isEmpty()
              ? "there is no complete block of BEGIN PRIVATE KEY and END PRIVATE KEY"
              : "there are " + keys.size() + " private keys; one is expected",
          null);
    }
    Block key = keys.get(0);
    switch (key.label) {
      case "PRIVATE KEY" -> {}
      case "ENCRYPTED PRIVATE KEY" -> throw failure("the key is encrypted; " + CONVERT, null);
      default -> throw failure("it has a " + key.label + " and not PKCS #8; " + CONVERT, null);
    }
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes(key)));
    } catch (GeneralSecurityException e) {
      throw failure("the key is garbled, or is not " + algorithm + " as the certificate is", e);
    }
  }

  private byte[] bytes(Block block) {
    try {
      return Base64.getMimeDecoder().decode(block.base64);
    } catch (IllegalArgumentException e) {
      throw failure("the " + block.label + " is not Base64: " + e.getMessage(), e);
    }
  }

  /** An exception that names the file and its use. */
  IllegalArgumentException failure(String seen, @Nullable Throwable cause) {
    return failure(use, path, seen, cause);
  }

  private static IllegalArgumentException failure(
      String use, Path path, String seen, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "reading the %s from %s failed: %s",
            use,
            PrintableText.of(path.toString()),
            PrintableText.of(seen)),
        cause);
  }
}
