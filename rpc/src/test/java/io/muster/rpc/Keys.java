package io.muster.rpc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A key with a self-signed certificate. */
final class Keys {
  private static final String ALIAS = "worker";
  static final String PASSWORD = "secret";

  private final KeyStore identity;

  private Keys(KeyStore identity) {
    this.identity = identity;
  }

  /**
   * Makes a key.
   *
   * @param file the key store, which does not exist yet
   * @param names the subject of the certificate, such as {@code ip:127.0.0.1}
   */
  static Keys make(Path file, String names) {
    generate(file, ALIAS, "EC", "SAN=" + names);
    return load(file);
  }

  /**
   * Makes an RSA key with a certificate that an authority has issued, for 127.0.0.1.
   *
   * @param file the key store, which does not exist yet; other files are written beside it
   * @param chain where to write the certificate, followed by that of the authority
   * @param authority where to write the certificate of the authority
   */
  static Keys issue(Path file, Path chain, Path authority) {
    Path request = file.resolveSibling("request.pem");
    Path issued = file.resolveSibling("issued.pem");
    generate(file, "authority", "RSA", "BC=ca:true");
    generate(file, ALIAS, "RSA", "KU=digitalSignature");
    keytool(file, "-certreq", "-alias", ALIAS, "-file", request.toString());
    keytool(
        file,
        "-gencert",
        "-alias",
        "authority",
        "-ext",
        "SAN=ip:127.0.0.1",
        "-rfc",
        "-infile",
        request.toString(),
        "-outfile",
        issued.toString());
    Keys keys = load(file);
    try {
      byte[] certificate = keys.identity.getCertificate("authority").getEncoded();
      Files.writeString(authority, pem("CERTIFICATE", certificate));
      Files.writeString(chain, Files.readString(issued) + Files.readString(authority));
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
    return keys;
  }

  private static void generate(Path file, String alias, String algorithm, String extension) {
    keytool(
        file,
        "-genkeypair",
        "-alias",
        alias,
        "-keyalg",
        algorithm,
        "-dname",
        "CN=" + alias,
        "-ext",
        extension,
        "-validity",
        "2",
        "-storetype",
        "PKCS12");
  }

  private static void keytool(Path file, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass", PASSWORD, "-keystore", file.toString()));
    try {
      Process keytool = new ProcessBuilder(command).inheritIO().start();
      if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new AssertionError("keytool failed");
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Keys load(Path file) {
    try {
      KeyStore identity = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        identity.load(in, PASSWORD.toCharArray());
      }
      return new Keys(identity);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  KeyStore identity() {
    return identity;
  }

  /** Writes the certificate as PEM. */
  void writeCertificate(Path file) throws IOException, GeneralSecurityException {
    Files.writeString(file, pem("CERTIFICATE", identity.getCertificate(ALIAS).getEncoded()));
  }

  /** Writes the private key as PEM. */
  void writeKey(Path file) throws IOException, GeneralSecurityException {
    byte[] key = identity.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
    Files.writeString(file, pem("PRIVATE KEY", key));
  }

  private static String pem(String label, byte[] bytes) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(label, base64);
  }

  /** A trust store that contains this certificate only. */
  KeyStore trust() {
    try {
      KeyStore trust = KeyStore.getInstance("PKCS12");
      trust.load(null, null);
      trust.setCertificateEntry(ALIAS, identity.getCertificate(ALIAS));
      return trust;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
