package io.muster.rendezvous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.store.HashStore;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RendezvousTest {
  @Test
  void of_unknownScheme_saysThatItHasNoHandler() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Rendezvous.of("invalid://"))
        .withMessageStartingWith("No rendezvous handler for invalid://");
  }

  @Test
  void of_rankAndWorldSizeInUrlAndCall_isRefused() {
    String url = "file://foo?rank=12&world_size=16";

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rendezvous.of(url, 12, 16))
        .withMessageStartingWith(
            "The url: " + url + " has node-specific arguments(rank, world_size) already.");
  }

  @Test
  void of_rankInUrlAndWorldSizeInCall_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rendezvous.of("file:///foo?rank=0", -1, 2))
        .withMessageContaining("has node-specific arguments");
  }

  @Test
  void of_negativeRankAndWorldSizeInCall_takesThoseOfTheUrl() {
    try (Rendezvous rendezvous = Rendezvous.of("service-loaded://?rank=1&world_size=3", -1, -1)) {
      assertThat(rendezvous.rank()).isEqualTo(1);
      assertThat(rendezvous.worldSize()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "tcp", "tcp:/host:1", "://host", "host:1", " tcp://host:1"})
  void of_noUrl_isRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rendezvous.of(text))
        .withMessage("not of the form scheme://...: " + text);
  }

  @Test
  void of_schemeFoundByServiceLoader_meetsThere() {
    try (Rendezvous rendezvous = Rendezvous.of("service-loaded://", 1, 2)) {
      assertThat(rendezvous.store()).isInstanceOf(HashStore.class);
      assertThat(rendezvous.rank()).isEqualTo(1);
      assertThat(rendezvous.worldSize()).isEqualTo(2);
    }
  }

  @Test
  void of_schemeInCapitals_findsTheHandler() {
    try (Rendezvous rendezvous = Rendezvous.of("Service-Loaded://", 0, 1)) {
      assertThat(rendezvous.rank()).isZero();
    }
  }

  @Test
  void register_aHandler_isAskedForItsScheme() {
    HashStore store = new HashStore();
    RendezvousOptions options =
        RendezvousOptions.builder()
            .registry(
                RendezvousRegistry.standard()
                    .register(handler("x", request -> new Rendezvous(store, 3, 4))))
            .build();

    try (Rendezvous rendezvous = Rendezvous.of("x://", options)) {
      assertThat(rendezvous.store()).isSameAs(store);
      assertThat(rendezvous.rank()).isEqualTo(3);
    }
    assertThatIllegalStateException().isThrownBy(() -> Rendezvous.of("x://"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "file", "env", "service-loaded"})
  void register_aSchemeThatHasAHandler_isRefused(String scheme) {
    RendezvousRegistry registry = RendezvousRegistry.standard();
    RendezvousHandler another = handler(scheme, request -> new Rendezvous(new HashStore(), 0, 1));

    assertThatIllegalStateException()
        .isThrownBy(() -> registry.register(another))
        .withMessageStartingWith("Rendezvous handler for " + scheme + ":// already registered");
  }

  @Test
  void request_holdsThePartsOfTheUrl() {
    RendezvousRequest request =
        parse(
            "X+y://user@example.org:1234/some/path%20?rank=1&&a=1&world_size=-1&a=b=c&e=#fragment");

    assertThat(request.scheme()).isEqualTo("x+y");
    assertThat(request.host()).contains("example.org");
    assertThat(request.port()).hasValue(1234);
    assertThat(request.path()).isEqualTo("/some/path%20");
    assertThat(request.rank()).isEqualTo(1);
    assertThat(request.worldSize()).isEqualTo(-1);
    assertThat(request.argument("a")).contains("b=c");
    assertThat(request.argument("e")).contains("");
    assertThat(request.argument("f")).isEmpty();
    assertThat(request.timeout()).isEqualTo(Duration.ofMinutes(30));
  }

  @Test
  void request_ofABareScheme_hasNoParts() {
    RendezvousRequest request = parse("x://");

    assertThat(request.host()).isEmpty();
    assertThat(request.port()).isEmpty();
    assertThat(request.path()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(request::rank)
        .withMessage(
            "Error initializing torch.distributed using x:// rendezvous: rank parameter missing"
                + " (x://)");
  }

  @Test
  void request_withAnIpv6Address_hasItWithoutBrackets() {
    assertThat(parse("x://[fe80::1%eth0]:80").host()).contains("fe80::1%eth0");
    assertThat(parse("x://[::1]").host()).contains("::1");
    assertThat(parse("x://[::1]:80").port()).hasValue(80);
    assertThatIllegalArgumentException().isThrownBy(() -> parse("x://[::1").host());
    assertThatIllegalArgumentException().isThrownBy(() -> parse("x://[::1]80").host());
  }

  @Test
  void request_withAnArgumentThatHasNoValue_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse("x://?rank=0&libuv"))
        .withMessageContaining("has an argument without a value: libuv");
  }

  @Test
  void request_withoutNumbers_saysWhatIsNone() {
    RendezvousRequest request = parse("x://h:p?rank=one&world_size=4294967296");

    assertThatIllegalArgumentException()
        .isThrownBy(request::rank)
        .withMessageContaining("rank is not a number: one");
    assertThatIllegalArgumentException()
        .isThrownBy(request::worldSize)
        .withMessageContaining("world_size is not a number: 4294967296");
    assertThatIllegalArgumentException()
        .isThrownBy(request::port)
        .withMessageContaining("port is not a number: p");
  }

  @Test
  void request_variable_isUnsetIfEmpty() {
    RendezvousRequest request =
        RendezvousRequest.parse(
            "x://",
            RendezvousOptions.builder().environment(Map.of("SET", "v", "EMPTY", "")).build());

    assertThat(request.environmentVariable("SET")).contains("v");
    assertThat(request.environmentVariable("EMPTY")).isEmpty();
    assertThat(request.environmentVariable("UNSET")).isEmpty();
  }

  @Test
  void options_showNoEnvironment() {
    RendezvousOptions options =
        RendezvousOptions.builder().rank(1).environment(Map.of("TOKEN", "secret")).build();

    assertThat(options)
        .hasToString(
            "RendezvousOptions(timeout=PT30M, rank=OptionalInt[1], worldSize=OptionalInt.empty)");
  }

  @Test
  void options_negativeTimeout_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RendezvousOptions.builder().timeout(Duration.ofMillis(-1)));
  }

  private static RendezvousRequest parse(String url) {
    return RendezvousRequest.parse(url, RendezvousOptions.defaults());
  }

  private static RendezvousHandler handler(
      String scheme, Function<RendezvousRequest, Rendezvous> meeting) {
    return new RendezvousHandler() {
      @Override
      public String scheme() {
        return scheme;
      }

      @Override
      public Rendezvous meet(RendezvousRequest request) {
        return meeting.apply(request);
      }
    };
  }
}
