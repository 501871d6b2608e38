package io.muster.rpc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
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
    try {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  ALIAS,
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=" + ALIAS,
                  "-ext",
                  "SAN=" + names,
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  PASSWORD,
                  "-keystore",
                  file.toString())
              .inheritIO()
              .start();
      if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new AssertionError("keytool failed");
      }
      KeyStore identity = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        identity.load(in, PASSWORD.toCharArray());
      }
      return new Keys(identity);
    } catch (IOException | GeneralSecurityException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  KeyStore identity() {
    return identity;
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
