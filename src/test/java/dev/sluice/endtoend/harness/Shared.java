package dev.sluice.endtoend.harness;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One service with its MLflow for all tests that do not kill it. Started by the first test that asks for a
 * {@link Service} or an {@link Mlflow}, stopped after the last test of all.
 */
public final class Shared implements ParameterResolver {
    private static final Namespace HERE = Namespace.create(Shared.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        var type = parameter.getParameter().getType();
        return type == Service.class || type == Mlflow.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var service = context.getRoot()
                .getStore(HERE)
                .getOrComputeIfAbsent(
                        Service.class, key -> Service.named("shared").start(), Service.class);
        return parameter.getParameter().getType() == Service.class ? service : service.mlflow();
    }
}
