package dev.sluice.trainer.option;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;

/** What other jars on the class path bring beside what is ours. */
public final class Installed {
    private static final System.Logger LOGGER = System.getLogger(Installed.class.getName());

    private Installed() {}

    /**
     * Ours, and what a {@link ServiceLoader} finds besides. A name of ours stays ours; what cannot be loaded is passed over
     * with a warning.
     *
     * @param what is found, as one word for the log
     * @param ours of different names
     * @param name by which a sweep file calls one
     */
    public static <T> List<T> beside(String what, List<T> ours, Class<T> type, Function<T, String> name) {
        Map<String, T> all = new LinkedHashMap<>();
        ours.forEach(each -> all.put(name.apply(each), each));
        var found = ServiceLoader.load(type).iterator();
        while (true) {
            try {
                if (!found.hasNext()) {
                    return List.copyOf(all.values());
                }
                T each = found.next();
                Optional<String> called = called(what, each, name);
                if (called.isPresent() && all.putIfAbsent(called.get(), each) != null) {
                    LOGGER.log(
                            Level.WARNING,
                            "{0}={1} class={2} state=ignored reason=\"there is one of that name\"",
                            what,
                            called.get(),
                            each.getClass().getName());
                }
            } catch (ServiceConfigurationError | LinkageError e) { // the latter: what it needs is not there
                LOGGER.log(Level.WARNING, what + "=unknown state=ignored", e);
            }
        }
    }

    /** What it says that it is called; empty, with a warning, if it does not say: all trials would end by it. */
    private static <T> Optional<String> called(String what, T each, Function<T, String> name) {
        try {
            return Optional.of(name.apply(each));
        } catch (RuntimeException e) {
            LOGGER.log(Level.WARNING, what + "=unknown class=" + each.getClass().getName() + " state=ignored", e);
            return Optional.empty();
        }
    }
}
