package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Fault B8. Nothing of a closed TCP store keeps its classes loaded: threads and timers end soon.
 */
class ClassUnloadingTest {
  private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(20);

  @Test
  void aClosedTcpStore_letsGoOfItsClasses() throws Exception {
    WeakReference<ClassLoader> classes = use();

    long start = System.nanoTime();
    while (classes.get() != null) {
      assertThat(System.nanoTime() - start).as("kept by %s", threads()).isLessThan(SOON_NANOS);
      System.gc();
    }
  }

  private static String threads() {
    return Thread.getAllStackTraces().keySet().toString();
  }

  private static WeakReference<ClassLoader> use() throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (Isolated loader = new Isolated()) {
      thread.setContextClassLoader(loader);
      Class<?> user = loader.loadClass(User.class.getName());
      assertThat(user.getClassLoader()).isSameAs(loader);
      ((Runnable) user.getConstructor().newInstance()).run();
      return new WeakReference<>(loader);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Uses every kind of thread that a TCP store has. */
  public static final class User implements Runnable {
    @Override
    public void run() {
      try (TcpStore store =
          TcpStore.host("127.0.0.1", 0, TcpStoreOptions.builder().worldSize(1).build())) {
        store.set("key", "value");
        assertThat(store.getString("key")).isEqualTo("value");
        Stream.generate(() -> Background.call(() -> timesOut(store)))
            .limit(20)
            .toList()
            .forEach(wait -> assertThat(wait.result()).isTrue());
      }
    }

    private static boolean timesOut(Store store) {
      try {
        store.await(Duration.ofMillis(200), "absent");
        return false;
      } catch (StoreTimeoutException e) {
        return true;
      }
    }
  }

  /** Loads Muster anew, and nothing else. */
  private static final class Isolated extends URLClassLoader {
    Isolated() {
      super(
          Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
              .map(Isolated::url)
              .toArray(URL[]::new),
          ClassUnloadingTest.class.getClassLoader());
    }

    private static URL url(String path) {
      try {
        return new File(path).toURI().toURL();
      } catch (MalformedURLException e) {
        throw new AssertionError(URI.create(path) + " is no path", e);
      }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("io.muster.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
      }
    }
  }
}
