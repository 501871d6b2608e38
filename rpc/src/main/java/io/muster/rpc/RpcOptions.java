package io.muster.rpc;

import io.muster.rpc.internal.codec.KryoCodec;
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
 * What a worker goes by, and what others may call on it. Immutable.
 *
 * <p>By default: {@code env://}, rank and world size as the URL or the environment says, nothing
 * that may be called, and the limits of the constants here.
 */
public final class RpcOptions {
  /** Where the workers meet unless something else is said. */
  public static final String DEFAULT_INIT_METHOD = "env://";

  /** How long a call may take; PyTorch's default too. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

  /** How long the workers may take to come. */
  public static final Duration DEFAULT_INIT_TIMEOUT = Store.DEFAULT_TIMEOUT;

  /** How large a message may be: 64 MiB. */
  public static final int DEFAULT_MAX_MESSAGE_BYTES = 64 << 20;

  /** How many calls run at once, and as many that are made inside of others. */
  public static final int DEFAULT_HANDLER_THREADS = 128;

  /** How many calls may wait for a thread. */
  public static final int DEFAULT_QUEUED_CALLS = 16 << 10;

  /** How long a connection may be silent before the other side is asked whether it is there. */
  public static final Duration DEFAULT_KEEP_ALIVE = Duration.ofSeconds(10);

  private final Builder settings;

  private RpcOptions(Builder settings) {
    this.settings = settings;
  }

  /** A builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The URL where the workers meet, if there is no store. */
  public String initMethod() {
    return settings.initMethod;
  }

  /** The store that the workers share, if there is one already. */
  public Optional<Store> store() {
    return settings.store;
  }

  /** The rank, if the URL does not say it. */
  public OptionalInt rank() {
    return settings.rank;
  }

  /** The world size, if the URL does not say it and the world has one. */
  public OptionalInt worldSize() {
    return settings.worldSize;
  }

  /** How long a call may take unless it says otherwise. */
  public Duration timeout() {
    return settings.timeout;
  }

  /** How long the workers may take to come. */
  public Duration initTimeout() {
    return settings.initTimeout;
  }

  /** The address or host name to listen on, and that others are told; empty for the standard. */
  public Optional<String> host() {
    return settings.host;
  }

  /** Where the host of the store listens; empty for the standard. */
  public Optional<String> bind() {
    return settings.bind;
  }

  /** How large a message may be. */
  public int maxMessageBytes() {
    return settings.maxMessageBytes;
  }

  /** How many calls run at once. */
  public int handlerThreads() {
    return settings.handlerThreads;
  }

  /** How many calls may wait for a thread. */
  public int queuedCalls() {
    return settings.queuedCalls;
  }

  /** How long a connection may be silent before the other side is asked whether it is there. */
  public Duration keepAlive() {
    return settings.keepAlive;
  }

  /** How connections are secured, if they are. */
  public Optional<RpcTls> tls() {
    return settings.tls;
  }

  /** The codec, if it is not the standard one. */
  public Optional<RpcCodec> codec() {
    return settings.codec;
  }

  /** The classes of which objects may be sent, besides the standard ones. */
  public Set<Class<?>> registered() {
    return Collections.unmodifiableSet(settings.registered);
  }

  /** The environment variables. */
  public Map<String, String> environment() {
    return settings.environment;
  }

  /** What may be called, put together anew. */
  Functions functions() {
    Functions functions = new Functions();
    settings.functions.forEach(functions::function);
    settings.services.forEach(service -> service.addTo(functions));
    settings.objects.forEach(functions::objects);
    return functions;
  }

  /** Everything but the environment, which may hold secrets. */
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

  /** Collects options. Not thread-safe. */
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

    /** The URL where the workers meet; default {@link #DEFAULT_INIT_METHOD}. */
    public Builder initMethod(String url) {
      this.initMethod = Objects.requireNonNull(url, "url");
      return this;
    }

    /**
     * A store that the workers share, instead of a URL. It stays the caller's, and must stay open
     * as long as the worker. A store is for one world after another: for a second one, take a
     * {@link io.muster.store.PrefixStore} of it.
     */
    public Builder store(Store store) {
      this.store = Optional.of(store);
      return this;
    }

    /** The rank; by default, and if negative, the URL says it. */
    public Builder rank(int rank) {
      this.rank = rank < 0 ? OptionalInt.empty() : OptionalInt.of(rank);
      return this;
    }

    /**
     * The world size; by default, and if negative, the URL says it. Where nothing does, workers
     * join and leave as they like.
     */
    public Builder worldSize(int worldSize) {
      this.worldSize = worldSize < 0 ? OptionalInt.empty() : OptionalInt.of(worldSize);
      return this;
    }

    /** How long a call may take unless it says otherwise; default {@link #DEFAULT_TIMEOUT}. */
    public Builder timeout(Duration timeout) {
      this.timeout = requirePositive("timeout", timeout);
      return this;
    }

    /** How long the workers may take to come; default {@link #DEFAULT_INIT_TIMEOUT}. */
    public Builder initTimeout(Duration timeout) {
      this.initTimeout = requirePositive("initTimeout", timeout);
      return this;
    }

    /**
     * The address or host name to listen on, and that others are told. By default it is the first
     * address of the network interface that {@code TP_SOCKET_IFNAME} names, as for PyTorch's RPC,
     * or else that of the host's name.
     */
    public Builder host(String host) {
      this.host = Optional.of(host);
      return this;
    }

    /**
     * Where rank 0 listens if the URL has it host the store: a host name, an address, or {@code *}
     * for all interfaces. See {@link io.muster.rendezvous.RendezvousOptions.Builder#bind} for the
     * default; the variable {@code MUSTER_BIND} says the same. Where the worker itself listens is
     * {@link #host}.
     */
    public Builder bind(String host) {
      this.bind = Optional.of(host);
      return this;
    }

    /**
     * How large a message may be, sent or received; default {@link #DEFAULT_MAX_MESSAGE_BYTES}. A
     * worker takes at most eight times as many bytes of calls at once.
     */
    public Builder maxMessageBytes(int bytes) {
      this.maxMessageBytes = requirePositive("maxMessageBytes", bytes);
      return this;
    }

    /**
     * How many calls run at once, and how many besides that are made inside of others; default
     * {@link #DEFAULT_HANDLER_THREADS}. On a JDK that has virtual threads, they run on those.
     */
    public Builder handlerThreads(int threads) {
      this.handlerThreads = requirePositive("handlerThreads", threads);
      return this;
    }

    /**
     * How many calls may wait for a thread; default {@link #DEFAULT_QUEUED_CALLS}. What is more is
     * refused with {@link RpcRejectedException}.
     */
    public Builder queuedCalls(int calls) {
      if (calls < 0) {
        throw new IllegalArgumentException("queuedCalls must not be negative but was " + calls);
      }
      this.queuedCalls = calls;
      return this;
    }

    /**
     * How long a connection may be silent before the other side is asked whether it is there, and
     * how long it may take to answer; default {@link #DEFAULT_KEEP_ALIVE}. Less than 10 seconds is
     * taken for 10 seconds where calls are under way.
     */
    public Builder keepAlive(Duration keepAlive) {
      this.keepAlive = requirePositive("keepAlive", keepAlive);
      return this;
    }

    /**
     * Secures all connections; without it anybody on the network can read and change what is sent.
     */
    public Builder tls(RpcTls tls) {
      this.tls = Optional.of(tls);
      return this;
    }

    /** Another codec; {@link #register} then has no effect. */
    public Builder codec(RpcCodec codec) {
      this.codec = Optional.of(codec);
      return this;
    }

    /**
     * Lets objects of these classes be sent and received: records, enums, arrays, classes with a
     * constructor without parameters, and classes with one whose parameters are their fields.
     * Nothing else is ever made from what others send.
     *
     * <p>Which parameter is for which field is known by their types, if those differ, or by their
     * names, if the class was compiled with {@code javac -parameters}. {@link #build} refuses a
     * class of which it is not known.
     */
    public Builder register(Class<?>... classes) {
      registered.addAll(List.of(classes));
      return this;
    }

    /**
     * Lets others call a function by name.
     *
     * @throws IllegalArgumentException if the name is taken or has a parenthesis
     */
    public Builder function(String name, RpcFunction function) {
      if (functions.putIfAbsent(name, function) != null) {
        throw new IllegalArgumentException(name + " is registered twice");
      }
      return this;
    }

    /**
     * Lets others call the methods of an interface on an object, by {@link Worker#service}. It is
     * called on several threads at once.
     */
    public <T> Builder service(Class<T> type, T implementation) {
      services.add(new Service(type, implementation));
      return this;
    }

    /** Lets others call the methods of an interface on objects that they have references to. */
    public Builder objects(Class<?>... types) {
      objects.addAll(List.of(types));
      return this;
    }

    /** The environment variables; by default those of this process. */
    public Builder environment(Map<String, String> environment) {
      this.environment = Map.copyOf(environment);
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if something is registered that cannot be
     */
    public RpcOptions build() {
      RpcOptions options = new RpcOptions(copy());
      Functions unused = options.functions();
      RpcCodec unusedCodec =
          options.codec().orElseGet(() -> new KryoCodec(registered, maxMessageBytes));
      return options;
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
