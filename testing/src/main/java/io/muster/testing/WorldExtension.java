package io.muster.testing;

import io.muster.collectives.Distributed;
import io.muster.collectives.ProcessGroup;
import io.muster.store.Store;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * The extension behind {@link World}, which registers it. Runs the body of a test once per rank
 * instead of once.
 */
public final class WorldExtension implements InvocationInterceptor, ParameterResolver {
  private static final Set<Class<?>> RANK_PARAMETERS =
      Set.of(ProcessGroup.class, Rank.class, Store.class);

  /** JUnit creates the instance. */
  public WorldExtension() {}

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return RANK_PARAMETERS.contains(parameter.getParameter().getType())
        && context.getTestMethod().filter(parameter.getDeclaringExecutable()::equals).isPresent();
  }

  /**
   * Returns null: JUnit asks once, before there are ranks. Each rank gets its own argument later.
   */
  @Override
  public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (parameter.getParameter().getType() == ProcessGroup.class && !world(context).init()) {
      throw new ParameterResolutionException(
          "with init = false there is no ProcessGroup before the body makes one");
    }
    return null;
  }

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> test,
      ExtensionContext context) {
    invocation.skip();
    run(test, context);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> test,
      ExtensionContext context) {
    invocation.skip();
    run(test, context);
  }

  @Override
  public <T extends @Nullable Object> T interceptTestFactoryMethod(
      Invocation<T> invocation,
      ReflectiveInvocationContext<Method> factory,
      ExtensionContext context) {
    throw new ExtensionConfigurationException(
        "@World does not support @TestFactory; call Ranks.run in a dynamic test");
  }

  private static void run(ReflectiveInvocationContext<Method> test, ExtensionContext context) {
    World world = world(context);
    Object instance = test.getTarget().orElseThrow();
    new LocalWorld(
            world.size(),
            Duration.of(world.timeout(), world.unit().toChronoUnit()),
            world.init(),
            LocalWorld.GRACE_PERIOD,
            (rank, store) ->
                ReflectionSupport.invokeMethod(
                    test.getExecutable(), instance, arguments(test, rank, store)))
        .run();
  }

  /** The arguments that JUnit has resolved, with those of the rank in their places. */
  private static @Nullable Object[] arguments(
      ReflectiveInvocationContext<Method> test, Rank rank, Store store) {
    @Nullable Object[] arguments = test.getArguments().toArray();
    Parameter[] parameters = test.getExecutable().getParameters();
    for (int i = 0; i < parameters.length; i++) {
      Class<?> type = parameters[i].getType();
      if (type == ProcessGroup.class) {
        arguments[i] = Distributed.defaultGroup();
      } else if (type == Rank.class) {
        arguments[i] = rank;
      } else if (type == Store.class) {
        arguments[i] = store;
      }
    }
    return arguments;
  }

  /** The annotation of the method, or else of the innermost class that has one. */
  private static World world(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getTestMethod(), World.class)
        .or(() -> worldOfClasses(context))
        .orElseThrow(
            () -> new ExtensionConfigurationException("neither the test nor its class has @World"));
  }

  /**
   * Searches the enclosing classes by the contexts, because JUnit before 5.12 has no method for it.
   */
  private static Optional<World> worldOfClasses(ExtensionContext context) {
    return Stream.iterate(
            Optional.of(context),
            Optional::isPresent,
            inner -> inner.flatMap(ExtensionContext::getParent))
        .flatMap(Optional::stream)
        .map(each -> AnnotationSupport.findAnnotation(each.getTestClass(), World.class))
        .flatMap(Optional::stream)
        .findFirst();
  }
}
