package io.muster.rpc;

import io.muster.rpc.internal.codec.KryoCodec;
import io.muster.rpc.internal.engine.Functions;
import io.muster.rpc.internal.transport.Security;
import io.muster.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The options of a worker, including what other workers may call on it. Immutable.
 *
 * <pre>{@code
 * RpcOptions options =
 *     RpcOptions.builder()
 *         .initMethod("tcp://10.0.0.1:29500")
 *         .rank(0)
 *         .worldSize(2)
 *         .timeout(Duration.ofSeconds(30))
 *         .service(Adder.class, (a, b) -> a + b)
 *         .function("hostName", arguments -> InetAddress.getLocalHost().getHostName())
 *         .register(Point.class)
 *         .build();
 * }</pre>
 */
public final class RpcOptions {
  /** The default rendezvous URL. */
  public static final String DEFAULT_INIT_METHOD = "env://";

  /** The default timeout of calls: 60 seconds, as in PyTorch. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

  /** The default time that workers have to join: 5 minutes. */
  public static final Duration DEFAULT_INIT_TIMEOUT = Store.DEFAULT_TIMEOUT;

  /** The default limit of the size of a message: 64 MiB. */
  public static final int DEFAULT_MAX_MESSAGE_BYTES = 64 << 20;

  /** The default number of calls that run at once, and of nested calls besides them. */
  public static final int DEFAULT_HANDLER_THREADS = 128;

  /** The default number of calls that may wait for a thread. */
  public static final int DEFAULT_QUEUED_CALLS = 16 << 10;

  /** The default keep-alive interval of connections: 10 seconds. */
  public static final Duration DEFAULT_KEEP_ALIVE = Duration.ofSeconds(10);

  private final Builder settings;
  private final Functions functions;
  private final RpcCodec usedCodec;

  private RpcOptions(Builder settings) {
    this.settings = settings;
    this.functions = settings.newFunctions();
    this.usedCodec =
        settings.codec.orElseGet(
            () -> new KryoCodec(settings.registered, settings.maxMessageBytes));
  }

  /** Returns a builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The rendezvous URL. It is not used if there is a {@link #store}. */
  public String initMethod() {
    return settings.initMethod;
  }

  /** The store to use instead of a rendezvous; empty by default. */
  public Optional<Store> store() {
    return settings.store;
  }

  /** The rank; empty if the URL or the environment specifies it. */
  public OptionalInt rank() {
    return settings.rank;
  }

  /**
   * The world size; empty if the URL or the environment specifies it, or the world has no fixed
   * size.
   */
  public OptionalInt worldSize() {
    return settings.worldSize;
  }

  /** The default timeout of calls. */
  public Duration timeout() {
    return settings.timeout;
  }

  /** How long the workers may take to join. */
  public Duration initTimeout() {
    return settings.initTimeout;
  }

  /** The address or host name to listen on and to publish; empty for the default. */
  public Optional<String> host() {
    return settings.host;
  }

  /** The address that the store server listens on; empty for the default. */
  public Optional<String> bind() {
    return settings.bind;
  }

  /** The largest message that is sent or received, in bytes. */
  public int maxMessageBytes() {
    return settings.maxMessageBytes;
  }

  /** How many calls run at once, and how many nested calls besides them. */
  public int handlerThreads() {
    return settings.handlerThreads;
  }

  /** How many calls may wait for a thread. */
  public int queuedCalls() {
    return settings.queuedCalls;
  }

  /** The keep-alive interval of connections. */
  public Duration keepAlive() {
    return settings.keepAlive;
  }

  /** The TLS configuration; empty for connections in plain text. */
  public Optional<RpcTls> tls() {
    return settings.tls;
  }

  /** The codec; empty for the default codec. */
  public Optional<RpcCodec> codec() {
    return settings.codec;
  }

  /** The registered classes, whose objects the default codec supports. */
  public Set<Class<?>> registered() {
    return Collections.unmodifiableSet(settings.registered);
  }

  /** The environment variables to use. */
  public Map<String, String> environment() {
    return settings.environment;
  }

  /** What other workers may call. */
  Functions functions() {
    return functions;
  }

  /** The codec that was set, or else the default one. */
  RpcCodec usedCodec() {
    return usedCodec;
  }

  Security security() {
    return tls().map(RpcTls::security).orElseGet(Security::none);
  }

  /** Describes the options, without the environment, which may contain secrets. */
  @Override
  public String toString() {
    return "RpcOptions("
        + store().map(Object::toString).orElse(initMethod())
        + ", rank="
        + rank()
        + ", worldSize="
        + worldSize()
        + ", timeout="
        + timeout()
        + ", initTimeout="
        + initTimeout()
        + ", host="
        + host()
        + ", bind="
        + bind()
        + ", maxMessageBytes="
        + maxMessageBytes()
        + ", handlerThreads="
        + handlerThreads()
        + ", queuedCalls="
        + queuedCalls()
        + ", keepAlive="
        + keepAlive()
        + ")";
  }

  private record Service(Class<?> type, Object implementation) {
    void addTo(Functions functions) {
      functions.service(type, implementation);
    }
  }

  /**
   * Builds options. Not thread-safe. The defaults are:
   *
   * <ul>
   *   <li>the rendezvous of {@code env://}, with rank and world size from the environment
   *   <li>no functions, services or registered classes
   *   <li>the limits of the constants of {@link RpcOptions}
   *   <li>connections in plain text
   * </ul>
   *
   * <p>For rank and world size, arguments of {@link Rpc#init(String, int, int, RpcOptions)} take
   * precedence over these options, which take precedence over the environment. If the URL specifies
   * a rank or a world size, neither the options nor the arguments may.
   */
  public static final class Builder {
    private String initMethod = DEFAULT_INIT_METHOD;
    private Optional<Store> store = Optional.empty();
    private OptionalInt rank = OptionalInt.empty();
    private OptionalInt worldSize = OptionalInt.empty();
    private Duration timeout = DEFAULT_TIMEOUT;
    private Duration initTimeout = DEFAULT_INIT_TIMEOUT;
    private Optional<String> host = Optional.empty();
    private Optional<String> bind = Optional.empty();
    private int maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES;
    private int handlerThreads = DEFAULT_HANDLER_THREADS;
    private int queuedCalls = DEFAULT_QUEUED_CALLS;
    private Duration keepAlive = DEFAULT_KEEP_ALIVE;
    private Optional<RpcCodec> codec = Optional.empty();
    private Optional<RpcTls> tls = Optional.empty();
    private Map<String, String> environment = System.getenv();
    private Set<Class<?>> registered = new LinkedHashSet<>();
    private Map<String, RpcFunction> functions = new LinkedHashMap<>();
    private List<Service> services = new ArrayList<>();
    private Set<Class<?>> objects = new LinkedHashSet<>();

    private Builder() {}

    private Builder copy() {
      Builder copy = new Builder();
      copy.initMethod = initMethod;
      copy.store = store;
      copy.rank = rank;
      copy.worldSize = worldSize;
      copy.timeout = timeout;
      copy.initTimeout = initTimeout;
      copy.host = host;
      copy.bind = bind;
      copy.maxMessageBytes = maxMessageBytes;
      copy.handlerThreads = handlerThreads;
      copy.queuedCalls = queuedCalls;
      copy.keepAlive = keepAlive;
      copy.codec = codec;
      copy.tls = tls;
      copy.environment = environment;
      copy.registered = new LinkedHashSet<>(registered);
      copy.functions = new LinkedHashMap<>(functions);
      copy.services = new ArrayList<>(services);
      copy.objects = new LinkedHashSet<>(objects);
      return copy;
    }

    /**
     * Sets the rendezvous URL; default {@link #DEFAULT_INIT_METHOD}. All workers use the same one.
     */
    public Builder initMethod(String url) {
      this.initMethod = Objects.requireNonNull(url, "url");
      return this;
    }

    /**
     * Sets a store to use instead of a rendezvous. It is not closed with the worker, and must stay
     * open as long as the worker. Use a {@link io.muster.store.PrefixStore} for each further world
     * on the same store: keys left behind by one world conflict with the next.
     */
    public Builder store(Store store) {
      this.store = Optional.of(store);
      return this;
    }

    /** Sets the rank; if it is negative, the URL or the environment specifies it. */
    public Builder rank(int rank) {
      this.rank = rank < 0 ? OptionalInt.empty() : OptionalInt.of(rank);
      return this;
    }

    /**
     * Sets the world size; if it is negative, the URL or the environment specifies it. If nothing
     * does, the world has no fixed size: workers join and leave at any time.
     */
    public Builder worldSize(int worldSize) {
      this.worldSize = worldSize < 0 ? OptionalInt.empty() : OptionalInt.of(worldSize);
      return this;
    }

    /** Sets the default timeout of calls; default {@link #DEFAULT_TIMEOUT}. */
    public Builder timeout(Duration timeout) {
      this.timeout = requirePositive("timeout", timeout);
      return this;
    }

    /** Sets how long the workers may take to join; default {@link #DEFAULT_INIT_TIMEOUT}. */
    public Builder initTimeout(Duration timeout) {
      this.initTimeout = requirePositive("initTimeout", timeout);
      return this;
    }

    /**
     * Sets the address or host name that the worker listens on and publishes. The default is, in
     * this order:
     *
     * <ul>
     *   <li>the first address of the network interface that the environment variable {@code
     *       TP_SOCKET_IFNAME} names, as in PyTorch's RPC
     *   <li>the address of the host's name
     * </ul>
     */
    public Builder host(String host) {
      this.host = Optional.of(host);
      return this;
    }

    /**
     * Sets where the store server listens that rank 0 starts for {@code tcp://} and {@code env://}:
     * a host name, an address, or {@code *} for all interfaces. {@link
     * io.muster.rendezvous.RendezvousOptions.Builder#bind} describes the default and the
     * environment variable {@code MUSTER_BIND}. {@link #host} sets where the worker itself listens.
     */
    public Builder bind(String host) {
      this.bind = Optional.of(host);
      return this;
    }

    /**
     * Sets the largest message that is sent or received, in bytes; default {@link
     * #DEFAULT_MAX_MESSAGE_BYTES}. The messages of all calls that a worker runs or has queued may
     * have eight times this size.
     */
    public Builder maxMessageBytes(int bytes) {
      this.maxMessageBytes = requirePositive("maxMessageBytes", bytes);
      return this;
    }

    /**
     * Sets how many calls run at once, and how many nested calls besides them; default {@link
     * #DEFAULT_HANDLER_THREADS}. A nested call is one that a worker makes while it handles another
     * call. Calls run on virtual threads if the JDK has them (21 and later).
     */
    public Builder handlerThreads(int threads) {
      this.handlerThreads = requirePositive("handlerThreads", threads);
      return this;
    }

    /**
     * Sets how many calls may wait for a thread; default {@link #DEFAULT_QUEUED_CALLS}. Further
     * calls fail with {@link RpcRejectedException}.
     */
    public Builder queuedCalls(int calls) {
      if (calls < 0) {
        throw new IllegalArgumentException("queuedCalls must not be negative but was " + calls);
      }
      this.queuedCalls = calls;
      return this;
    }

    /**
     * Sets how long a connection may be silent before the other side is probed, and how long the
     * other side may take to answer; default {@link #DEFAULT_KEEP_ALIVE}. While calls are in
     * flight, an interval of less than 10 seconds counts as 10 seconds.
     */
    public Builder keepAlive(Duration keepAlive) {
      this.keepAlive = requirePositive("keepAlive", keepAlive);
      return this;
    }

    /**
     * Secures all connections with TLS; default plain text. In plain text, everyone on the network
     * can read and change messages.
     */
    public Builder tls(RpcTls tls) {
      this.tls = Optional.of(tls);
      return this;
    }

    /** Sets a codec instead of the default one. {@link #register} has no effect then. */
    public Builder codec(RpcCodec codec) {
      this.codec = Optional.of(codec);
      return this;
    }

    /**
     * Allows objects of these classes in arguments and results. Other classes are never
     * instantiated for a message. A class has to be one of:
     *
     * <ul>
     *   <li>a record, an enum or an array
     *   <li>a class with a constructor without parameters
     *   <li>a class with a constructor whose parameters are its fields. They are matched by type if
     *       all types differ, or else by name, which needs {@code javac -parameters}.
     * </ul>
     *
     * <p>{@link #build} refuses other classes.
     */
    public Builder register(Class<?>... classes) {
      registered.addAll(List.of(classes));
      return this;
    }

    /**
     * Registers a function, which other workers call by its name.
     *
     * @throws IllegalArgumentException if the name is registered already
     */
    public Builder function(String name, RpcFunction function) {
      if (functions.putIfAbsent(name, function) != null) {
        throw new IllegalArgumentException(name + " is registered twice");
      }
      return this;
    }

    /**
     * Registers an implementation of an interface, whose methods other workers call by {@link
     * Worker#service}. Several threads call it at once.
     */
    public <T> Builder service(Class<T> type, T implementation) {
      services.add(new Service(type, implementation));
      return this;
    }

    /**
     * Allows other workers to call the methods of these interfaces on objects that they have
     * references to, by {@link RemoteRef#service}.
     */
    public Builder objects(Class<?>... types) {
      objects.addAll(List.of(types));
      return this;
    }

    /** Sets the environment variables to use; default those of this process. */
    public Builder environment(Map<String, String> environment) {
      this.environment = Map.copyOf(environment);
      return this;
    }

    /**
     * Builds the options.
     *
     * @throws IllegalArgumentException if something that is registered cannot be called or sent
     */
    public RpcOptions build() {
      return new RpcOptions(copy());
    }

    private Functions newFunctions() {
      Functions all = new Functions();
      functions.forEach(all::function);
      services.forEach(service -> service.addTo(all));
      objects.forEach(all::objects);
      return all;
    }

    private static Duration requirePositive(String name, Duration duration) {
      if (duration.isNegative() || duration.isZero()) {
        throw new IllegalArgumentException(name + " must be positive but was " + duration);
      }
      return duration;
    }

    private static int requirePositive(String name, int number) {
      if (number <= 0) {
        throw new IllegalArgumentException(name + " must be positive but was " + number);
      }
      return number;
    }
  }
}
