package dev.sluice.tracker.registry;

/** A name that points to one version of a registered model: {@code models:/model@alias}. */
public record ModelAlias(String model, String alias) {
    public ModelAlias {
        if (model.isBlank()) {
            throw new IllegalArgumentException("model must not be blank");
        }
        if (!alias.matches("[\\w\\-]{1,255}")) {
            throw new IllegalArgumentException(
                    "alias must be letters, digits, _ and -, at most 255, was \"" + alias + "\"");
        }
        if (alias.equalsIgnoreCase("latest") || alias.matches("[vV]\\d+")) {
            throw new IllegalArgumentException("alias must not be latest or v and a number, which the server reserves,"
                    + " was \"" + alias + "\"");
        }
    }

    /** What {@code mlflow.pyfunc.load_model} takes. */
    public String uri() {
        return "models:/" + model + "@" + alias;
    }

    @Override
    public String toString() {
        return model + "@" + alias;
    }
}
