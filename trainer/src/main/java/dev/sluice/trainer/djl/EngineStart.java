package dev.sluice.trainer.djl;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Loads the engine. The first start on a machine unpacks some 300 MB of native libraries into {@code DJL_CACHE_DIR},
 * by default {@code djl} in the shared tools folder. DJL does that without a lock, and of two processes at once one
 * could remove what the other is loading.
 */
public final class EngineStart {
    private static final System.Logger LOGGER = System.getLogger(EngineStart.class.getName());
    private static final String CACHE = "DJL_CACHE_DIR";

    /** Kept here: the logging system forgets a logger's level once nobody holds the logger. */
    private static final java.util.logging.Logger ENGINE_LOG = java.util.logging.Logger.getLogger("ai.djl");

    private EngineStart() {}

    /**
     * Begins to load the native libraries beside what else a trial has to prepare: that takes longer than all else before
     * the first step. If they cannot be loaded, {@link #load} says so.
     */
    public static void begin() {
        Thread loading = new Thread(
                () -> {
                    prepare();
                    if (isUnpacked(Utils.getEngineCacheDir("pytorch"))) {
                        try {
                            LibUtils.loadLibrary();
                        } catch (RuntimeException | LinkageError e) {
                            LOGGER.log(Level.DEBUG, "engine=failed", e); // as it will for the one who needs it
                        }
                    }
                },
                "engine-start");
        loading.setDaemon(true);
        loading.start();
    }

    /**
     * The loaded engine. The calling thread notes no gradients from then on, unless it is told to: libtorch keeps that for
     * each thread, and DJL says so to the one alone that loads it.
     *
     * @param threads threads to compute with, unless {@code ai.djl.pytorch.num_threads} says otherwise
     */
    public static Engine load(int threads) {
        Engine engine = loaded(threads);
        JniUtils.setGradMode(false);
        return engine;
    }

    private static void prepare() {
        ENGINE_LOG.setLevel(java.util.logging.Level.WARNING);
        setIfAbsent("ai.djl.offline", "true");
        setIfAbsent("OPT_OUT_TRACKING", "true");
        setIfAbsent(CACHE, tools().resolve("djl").toString());
    }

    private static Engine loaded(int threads) {
        prepare();
        setIfAbsent("ai.djl.pytorch.num_threads", Integer.toString(threads));
        setIfAbsent("ai.djl.pytorch.num_interop_threads", "1");
        Path cache = Utils.getEngineCacheDir("pytorch");
        if (isUnpacked(cache)) {
            return Engine.getEngine("PyTorch");
        }
        try {
            Files.createDirectories(cache);
            try (FileChannel channel = FileChannel.open(
                            cache.resolve("unpack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (!lock.isValid()) {
                    throw new IllegalStateException("the lock on " + cache + " was lost");
                }
                return Engine.getEngine("PyTorch");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the native libraries cannot be unpacked into " + cache, e);
        }
    }

    /** The folder for installed tools that all of Sluice's programs share. */
    private static Path tools() {
        String tools = System.getenv("SLUICE_TOOLS");
        if (tools != null && !tools.isBlank()) {
            return Path.of(tools).toAbsolutePath();
        }
        String caches = System.getenv("XDG_CACHE_HOME");
        return (caches != null && !caches.isBlank()
                        ? Path.of(caches)
                        : Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("sluice")
                .toAbsolutePath();
    }

    private static void setIfAbsent(String name, String value) {
        if (System.getProperty(name) == null && System.getenv(name) == null) {
            System.setProperty(name, value);
        }
    }

    /** True once the JNI library, which is unpacked last, lies in a version's folder. */
    private static boolean isUnpacked(Path cache) {
        if (!Files.isDirectory(cache)) {
            return false;
        }
        try (Stream<Path> versions = Files.list(cache)) {
            List<Path> folders = versions.filter(Files::isDirectory).toList();
            for (Path folder : folders) {
                try (Stream<Path> files = Files.list(folder)) {
                    if (files.anyMatch(file -> file.getFileName().toString().endsWith("-libdjl_torch.so"))) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }
}
