package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.muster.fixtures.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS from PEM files: with the right ones, and with others. */
class PemTlsTest {
  @TempDir private static Path directory;

  /** A self-signed certificate. */
  private static Path certificate;

  private static Path key;

  /** A certificate that an authority has issued. */
  private static Path issuedChain;

  private static Path issuedKey;
  private static Path authority;

  @BeforeAll
  static void makeFiles() throws IOException, GeneralSecurityException {
    certificate = directory.resolve("worker.pem");
    key = directory.resolve("worker.key");
    issuedChain = directory.resolve("chain.pem");
    issuedKey = directory.resolve("issued.key");
    authority = directory.resolve("authority.pem");
    Keys selfSigned = Keys.make(directory.resolve("self-signed"), "ip:127.0.0.1");
    selfSigned.writeCertificate(certificate);
    selfSigned.writeKey(key);
    Keys issuer = Keys.authority(directory.resolve("issuer"), "RSA");
    issuer.writeCertificate(authority);
    Keys issued = issuer.issue(directory.resolve("issued"), "RSA", "ip:127.0.0.1");
    issued.writeCertificate(issuedChain);
    issued.writeKey(issuedKey);
  }

  private static Consumer<RpcOptions.Builder> with(RpcTls tls) {
    return options -> options.tls(tls).function("twice", arguments -> 2 * (int) arguments[0]);
  }

  private static void assertLost(LocalWorld world, int from, int to) {
    assertThatExceptionOfType(WorkerLostException.class)
        .isThrownBy(() -> world.seen(from, to).call(int.class, "twice", 1));
  }

  @Test
  void mutual_selfSigned_works() {
    try (LocalWorld world = LocalWorld.of(2, with(RpcTls.mutual(certificate, key, certificate)))) {
      assertThat(world.seen(0, 1).call(int.class, "twice", 1)).isEqualTo(2);
    }
  }

  @Test
  void mutual_issuedByATrustedAuthority_worksAndOthersAreRefused() {
    RpcTls issued = RpcTls.mutual(issuedChain, issuedKey, authority);
    RpcTls stranger = RpcTls.mutual(certificate, key, authority);
    try (LocalWorld world = LocalWorld.of(List.of(with(issued), with(issued), with(stranger)))) {
      assertThat(world.seen(0, 1).call(int.class, "twice", 1)).isEqualTo(2);
      assertLost(world, 0, 2);
      assertLost(world, 2, 0);
    }
  }

  @Test
  void serverOnly_callerWithACertificateThatNobodyTrusts_works() {
    RpcTls issued = RpcTls.serverOnly(issuedChain, issuedKey, authority);
    RpcTls stranger = RpcTls.serverOnly(certificate, key, authority);
    try (LocalWorld world = LocalWorld.of(List.of(with(issued), with(stranger)))) {
      assertThat(world.seen(1, 0).call(int.class, "twice", 1)).isEqualTo(2);
      assertLost(world, 0, 1);
    }
  }

  @Test
  void files_withTextAroundTheBlocks_areRead() throws IOException {
    Path file = directory.resolve("both.pem");
    Files.writeString(
        file,
        "Bag Attributes\n  friendlyName: w\u00f6rker - 1\n"
            + Files.readString(certificate)
            + "subject=CN = worker\r\n"
            + Files.readString(key).replace("\n", "\r\n"));

    try (LocalWorld world = LocalWorld.of(2, with(RpcTls.mutual(file, file, file)))) {
      assertThat(world.seen(0, 1).call(int.class, "twice", 1)).isEqualTo(2);
    }
  }

  private static void assertRefused(Path chain, Path privateKey, Path trusted, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RpcTls.mutual(chain, privateKey, trusted))
        .withMessageStartingWith(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RpcTls.serverOnly(chain, privateKey, trusted))
        .withMessageStartingWith(message);
  }

  @Test
  void file_thatDoesNotExist_isNamed() {
    Path missing = directory.resolve("missing");
    String end = " from " + missing + " failed: there is no such file";

    assertRefused(missing, key, certificate, "reading the certificate chain" + end);
    assertRefused(certificate, missing, certificate, "reading the private key" + end);
    assertRefused(certificate, key, missing, "reading the trusted certificates" + end);
    assertRefused(
        directory,
        key,
        certificate,
        "reading the certificate chain from " + directory + " failed: java.io.IOException: ");
  }

  @Test
  void file_ofAnotherKind_isNamed() {
    String noCertificate = " failed: there is no complete block of BEGIN CERTIFICATE";

    assertRefused(
        key, key, certificate, "reading the certificate chain from " + key + noCertificate);
    assertRefused(
        certificate, key, key, "reading the trusted certificates from " + key + noCertificate);
    assertRefused(
        certificate,
        certificate,
        certificate,
        "reading the private key from "
            + certificate
            + " failed: there is no complete block of BEGIN PRIVATE KEY");
  }

  @Test
  void file_garbled_isNamed() throws IOException {
    Path badCertificate = directory.resolve("bad.pem");
    Path badKey = directory.resolve("bad.key");
    Files.writeString(
        badCertificate, Files.readString(certificate) + garbled(Files.readString(certificate)));
    Files.writeString(badKey, garbled(Files.readString(key)));

    assertRefused(
        badCertificate,
        key,
        certificate,
        "reading the certificate chain from " + badCertificate + " failed: certificate 2 is");
    assertRefused(
        certificate,
        key,
        badCertificate,
        "reading the trusted certificates from " + badCertificate + " failed: certificate 2 is");
    assertRefused(
        certificate,
        badKey,
        certificate,
        "reading the private key from " + badKey + " failed: the key is garbled");
  }

  private static String garbled(String pem) {
    int firstLine = pem.indexOf('\n') + 1;
    return pem.substring(0, firstLine) + "AAAA" + pem.substring(firstLine + 4);
  }

  @Test
  void file_cutOff_isNamed() throws IOException {
    Path file = directory.resolve("cut.key");
    Files.writeString(file, Files.readString(key).replaceFirst("(?s)-----END.*", ""));

    assertRefused(
        certificate,
        file,
        certificate,
        "reading the private key from " + file + " failed: there is no complete block");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"})
  void key_inAnotherFormat_saysHowToConvertIt(String label) throws IOException {
    Path file = directory.resolve("format.key");
    Files.writeString(file, Files.readString(key).replace("PRIVATE KEY", label));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RpcTls.mutual(certificate, file, certificate))
        .withMessageStartingWith("reading the private key from " + file + " failed: ")
        .withMessageContaining(label.startsWith("ENC") ? "encrypted" : label)
        .withMessageContaining("convert it with 'openssl pkcs8 -topk8 -nocrypt");
  }

  @Test
  void key_ofAnotherCertificate_isRefused() throws IOException, GeneralSecurityException {
    Path other = directory.resolve("other.key");
    Keys.make(directory.resolve("other"), "ip:127.0.0.1").writeKey(other);

    assertRefused(
        certificate,
        other,
        certificate,
        "reading the private key from "
            + other
            + " failed: the key is not that of the first certificate in "
            + certificate);
    assertRefused(
        issuedChain,
        key,
        authority,
        "reading the private key from "
            + key
            + " failed: the key is garbled, or is not RSA as the certificate is");
  }

  @Test
  void chain_inAnotherOrder_isRefused() throws IOException {
    Path file = directory.resolve("order.pem");
    Files.writeString(file, Files.readString(authority) + Files.readString(issuedChain));

    assertRefused(
        file,
        issuedKey,
        authority,
        "reading the private key from "
            + issuedKey
            + " failed: the key is not that of the first certificate in "
            + file);
  }
}
