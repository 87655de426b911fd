package dev.sluice.console.machine;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The program {@code nvidia-smi}, which tells about the GPUs of this machine. Thread-safe. */
public final class NvidiaSmi {
    private static final System.Logger LOG = System.getLogger(NvidiaSmi.class.getName());
    private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

    private final Path program;
    /** One that was killed: the kernel may keep it, where the driver hangs. */
    private volatile @Nullable Process killed;

    private NvidiaSmi(Path program) {
        this.program = program;
    }

    /** The program, where one is on that {@code PATH}. */
    public static Optional<NvidiaSmi> on(String path) {
        for (String folder : path.split(":", -1)) {
            try {
                Path candidate = Path.of(folder.isEmpty() ? "." : folder, "nvidia-smi");
                if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                    return Optional.of(new NvidiaSmi(candidate));
                }
            } catch (InvalidPathException notAFolder) {
                LOG.log(Level.DEBUG, "PATH names no folder with \"{0}\"", folder);
            }
        }
        return Optional.empty();
    }

    /**
     * Asks for properties of all GPUs, in a process that is killed when the limit is over.
     *
     * @param fields the names of the properties, as {@code nvidia-smi --help-query-gpu} lists them
     * @return for each GPU the properties in that order; lines of another form are left out
     * @throws IOException if there is no answer: the program cannot be run, fails, or takes longer; or an earlier one that
     *     was killed does not end
     */
    public List<List<String>> query(List<String> fields, Duration limit) throws IOException, InterruptedException {
        return ask("--query-gpu=", fields, limit);
    }

    /**
     * Asks for properties of all processes that compute on a GPU, one entry a process and GPU; otherwise as {@link #query}.
     *
     * @param fields the names of the properties, as {@code nvidia-smi --help-query-compute-apps} lists them
     */
    public List<List<String>> queryProcesses(List<String> fields, Duration limit)
            throws IOException, InterruptedException {
        return ask("--query-compute-apps=", fields, limit);
    }

    private List<List<String>> ask(String what, List<String> fields, Duration limit)
            throws IOException, InterruptedException {
        Process before = killed;
        if (before != null && before.isAlive()) {
            throw new IOException("nvidia-smi, process %d, does not end though it was killed".formatted(before.pid()));
        }
        // A file and not a pipe: whoever inherits a pipe and does not end would hold the reader too.
        Path answer = Files.createTempFile("nvidia-smi", ".csv");
        try {
            Process process = new ProcessBuilder(
                            program.toString(), what + String.join(",", fields), "--format=csv,noheader,nounits")
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(answer.toFile())
                    .start();
            boolean ended = false;
            try {
                ended = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
            } finally {
                if (!ended) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                    killed = process;
                }
            }
            if (!ended) {
                throw new IOException("nvidia-smi gave no answer in %d ms".formatted(limit.toMillis()));
            }
            String text = new String(Files.readAllBytes(answer), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException("nvidia-smi ended with %d: %s".formatted(process.exitValue(), text.strip()));
            }
            return text.lines()
                    .map(line -> List.of(COMMA.split(line.strip(), -1)))
                    .filter(values -> values.size() == fields.size())
                    .toList();
        } finally {
            Files.deleteIfExists(answer);
        }
    }
}
