package dev.sluice.console.mlflow;

import dev.sluice.console.process.LogTail;
import dev.sluice.console.process.ProcessFamily;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * MLflow in a Python environment of its own, in a folder that all services of this user share; installed when it is not there.
 *
 * <p>The folder is built beside its place under a file lock and renamed into it: it is there whole or not at all, and a second service
 * waits for the first. What is renamed keeps working, as long as it is started as {@code bin/python -m NAME}: the scripts in {@code bin}
 * name the folder in which they were made.
 */
final class MlflowInstallation {
    static final String VERSION = "3.17.0";

    private static final System.Logger LOG = System.getLogger(MlflowInstallation.class.getName());
    private static final String NAME = "mlflow-" + VERSION;
    private static final List<String> PACKAGES = List.of("mlflow==" + VERSION, "onnxruntime");
    private static final int OLDEST_MINOR = 10;
    private static final List<String> PYTHONS =
            List.of("python3", "python3.13", "python3.12", "python3.11", "python3.10", "python");
    private static final Pattern PYTHON_VERSION = Pattern.compile("(\\d+)\\.(\\d+) (True|False)");
    private static final String WAY_OUT =
            " (on Debian and Ubuntu: apt install python3 python3-venv), or set MLFLOW_TRACKING_URI to a server that is there";
    private static final String MARK = "SLUICE_INSTALL";
    private static final long LOCK_POLL_MILLIS = 300;

    private final Path tools;
    private final Path log;
    private final Map<String, String> environment;

    /** @param log where the output of the installation goes */
    MlflowInstallation(Path tools, Path log, Map<String, String> environment) {
        this.tools = tools;
        this.log = log;
        this.environment = environment;
    }

    /**
     * The Python that has MLflow; installs it if need be, which takes minutes, or waits for another process that does.
     *
     * @param progress told what is going on, if it takes time
     * @throws TrackingProblem if that cannot be done here
     */
    Path python(Consumer<String> progress) throws TrackingProblem, IOException, InterruptedException {
        Path home = tools.resolve(NAME);
        Path python = home.resolve("bin").resolve("python");
        if (whole(home)) {
            return python;
        }
        Files.createDirectories(tools);
        try (FileChannel channel =
                FileChannel.open(tools.resolve(NAME + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Optional<FileLock> lock = tryLock(channel);
            while (lock.isEmpty()) {
                progress.accept("waiting for another process that installs MLflow " + VERSION);
                Thread.sleep(LOCK_POLL_MILLIS);
                lock = tryLock(channel);
            }
            try (FileLock held = lock.get()) {
                if (!whole(home)) {
                    install(home, progress);
                }
                LOG.log(Level.DEBUG, "lock={0}", held);
            }
        }
        return python;
    }

    private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
        try {
            return Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException heldInThisProcess) {
            return Optional.empty();
        }
    }

    /** Whether everything is there; the Python that it was made from may have gone meanwhile. */
    private static boolean whole(Path home) throws IOException {
        return Files.isExecutable(home.resolve("bin").resolve("python"))
                && holds(home, NAME + ".dist-info")
                && holds(home, "onnxruntime-*.dist-info");
    }

    private static boolean holds(Path home, String pattern) throws IOException {
        Path lib = home.resolve("lib");
        if (!Files.isDirectory(lib)) {
            return false;
        }
        try (DirectoryStream<Path> pythons = Files.newDirectoryStream(lib, "python3*")) {
            for (Path python : pythons) {
                Path packages = python.resolve("site-packages");
                if (Files.isDirectory(packages)) {
                    try (DirectoryStream<Path> found = Files.newDirectoryStream(packages, pattern)) {
                        if (found.iterator().hasNext()) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    private void install(Path home, Consumer<String> progress)
            throws TrackingProblem, IOException, InterruptedException {
        Path base = findPython();
        // What a killed service began may still be at it.
        endInstallers(home);
        clearLeftovers();
        long began = System.nanoTime();
        progress.accept("installing MLflow " + VERSION + " into " + home + " (once, some minutes)");
        LOG.log(Level.INFO, "install={0} python={1} log={2}", home, base, log);
        Path partial = tools.resolve(NAME + ".partial-" + UUID.randomUUID());
        try {
            run(List.of(base.toString(), "-m", "venv", partial.toString()));
            List<String> pip = new ArrayList<>(List.of(
                    partial.resolve("bin").resolve("python").toString(),
                    "-m",
                    "pip",
                    "install",
                    "--no-input",
                    "--disable-pip-version-check",
                    "--progress-bar",
                    "off"));
            pip.addAll(PACKAGES);
            run(pip);
            if (!whole(partial)) {
                throw new TrackingProblem("pip ended well but " + PACKAGES + " are not in " + partial + ", see " + log);
            }
            if (Files.exists(home, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                Files.move(home, tools.resolve(NAME + ".partial-broken-" + UUID.randomUUID()));
            }
            Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
            LOG.log(Level.INFO, "install={0} seconds={1}", home, (System.nanoTime() - began) / 1_000_000_000);
        } catch (InterruptedException e) {
            endInstallers(home);
            throw e;
        } finally {
            clearLeftovers();
        }
    }

    private Path findPython() throws TrackingProblem, IOException, InterruptedException {
        String tooOld = "";
        String bare = "";
        for (String name : PYTHONS) {
            Optional<Path> candidate = onPath(name);
            if (candidate.isEmpty()) {
                continue;
            }
            Matcher said = PYTHON_VERSION.matcher(ask(candidate.get()));
            if (!said.find()) {
                continue;
            }
            String version = said.group(1) + "." + said.group(2);
            if (Integer.parseInt(said.group(1)) != 3 || Integer.parseInt(said.group(2)) < OLDEST_MINOR) {
                tooOld = tooOld.isEmpty() ? candidate.get() + " is " + version : tooOld;
            } else if (said.group(3).equals("False")) {
                bare = bare.isEmpty() ? candidate.get() + " (" + version + ")" : bare;
            } else {
                return candidate.get();
            }
        }
        if (!bare.isEmpty()) {
            throw new TrackingProblem(
                    "the local MLflow needs Python's venv module, which " + bare + " is without: install it" + WAY_OUT);
        }
        throw new TrackingProblem("the local MLflow needs Python 3." + OLDEST_MINOR + " or newer, and "
                + (tooOld.isEmpty() ? "no python3 is on the PATH" : tooOld) + ": install it" + WAY_OUT);
    }

    /** A Python's version and whether it can make environments; empty if it cannot even say that. */
    private String ask(Path python) throws IOException, InterruptedException {
        Path answer = Files.createTempFile("python", ".txt");
        try {
            Process process = process(List.of(
                            python.toString(),
                            "-c",
                            "import sys, importlib.util as u; print('%d.%d' % sys.version_info[:2],"
                                    + " bool(u.find_spec('venv') and u.find_spec('ensurepip')))"))
                    .redirectOutput(answer.toFile())
                    .start();
            try {
                return process.waitFor() == 0 ? Files.readString(answer) : "";
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.deleteIfExists(answer);
        }
    }

    private void run(List<String> command) throws TrackingProblem, IOException, InterruptedException {
        Process process = process(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        int code = process.waitFor();
        if (code != 0) {
            throw new TrackingProblem("the local MLflow cannot be installed: " + LogTail.lastLine(log) + " (\""
                    + String.join(" ", command) + "\" ended with " + code + ", see " + log + ")");
        }
    }

    private ProcessBuilder process(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(tools.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> own = new TreeMap<>(environment);
        own.keySet()
                .removeIf(name -> name.equals("PYTHONHOME") || name.equals("PYTHONPATH") || name.equals("PIP_TARGET"));
        own.put(MARK, tools.resolve(NAME).toString());
        builder.environment().clear();
        builder.environment().putAll(own);
        return builder;
    }

    private static void endInstallers(Path home) throws InterruptedException {
        ProcessFamily.marked(MARK, home.toString()).killAll(Optional.empty(), member -> false, () -> {});
    }

    private void clearLeftovers() throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(tools, NAME + ".partial-*")) {
            for (Path folder : found) {
                delete(folder);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                    Path visited, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private Optional<Path> onPath(String program) {
        for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
            try {
                Path candidate =
                        Path.of(folder.isEmpty() ? "." : folder, program).toAbsolutePath();
                if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                    return Optional.of(candidate);
                }
            } catch (InvalidPathException notAFolder) {
                LOG.log(Level.DEBUG, "PATH names no folder with \"{0}\"", folder);
            }
        }
        return Optional.empty();
    }
}
