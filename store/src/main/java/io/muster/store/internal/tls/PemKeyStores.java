package io.muster.store.internal.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.util.List;

/**
 * Keys and certificates of PEM files as key stores in memory. Methods block while they read the
 * files. Their exceptions name the file, and what it is used for.
 */
public final class PemKeyStores {
  /** The alias of the key of {@link #identity}. */
  public static final String ALIAS = "identity";

  private static final char[] PASSWORD = {};

  private PemKeyStores() {}

  /** The password of {@link #identity}. The key store stays in this process. */
  public static char[] password() {
    return PASSWORD.clone();
  }

  /**
   * A key with its certificate chain.
   *
   * @param certificateChain the certificate, followed by those of the authorities that issued it,
   *     except for the root, which may be left out
   * @param privateKey the key of the certificate: RSA or EC, in the PKCS #8 format, not encrypted
   * @throws IllegalArgumentException if a file cannot be read or used
   */
  public static KeyStore identity(Path certificateChain, Path privateKey) {
    PemFile chainFile = PemFile.read("certificate chain", certificateChain);
    PemFile keyFile = PemFile.read("private key", privateKey);
    List<Certificate> chain = chainFile.certificates();
    PublicKey publicKey = chain.get(0).getPublicKey();
    PrivateKey key = keyFile.privateKey(publicKey.getAlgorithm());
    try {
      if (!belongTogether(key, publicKey)) {
        throw keyFile.failure(
            "the key is not that of the first certificate in " + certificateChain, null);
      }
      KeyStore identity = empty();
      identity.setKeyEntry(ALIAS, key, PASSWORD, chain.toArray(new Certificate[0]));
      return identity;
    } catch (GeneralSecurityException | IOException e) {
      throw chainFile.failure(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Trusted certificates or certificate authorities.
   *
   * @throws IllegalArgumentException if the file cannot be read or used
   */
  public static KeyStore trusted(Path certificates) {
    PemFile file = PemFile.read("trusted certificates", certificates);
    List<Certificate> trusted = file.certificates();
    try {
      KeyStore trust = empty();
      for (int i = 0; i < trusted.size(); i++) {
        trust.setCertificateEntry("trusted" + i, trusted.get(i));
      }
      return trust;
    } catch (GeneralSecurityException | IOException e) {
      throw file.failure(String.valueOf(e.getMessage()), e);
    }
  }

  /** Whether the public key verifies a signature by the private key. */
  private static boolean belongTogether(PrivateKey key, PublicKey publicKey)
      throws GeneralSecurityException {
    String algorithm = publicKey.getAlgorithm().equals("EC") ? "ECDSA" : publicKey.getAlgorithm();
    Signature signature = Signature.getInstance("SHA256with" + algorithm);
    byte[] message = {1};
    try {
      signature.initSign(key);
      signature.update(message);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(message);
      return signature.verify(signed);
    } catch (InvalidKeyException | SignatureException e) {
      // Keys of different curves or lengths, for example.
      return false;
    }
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
