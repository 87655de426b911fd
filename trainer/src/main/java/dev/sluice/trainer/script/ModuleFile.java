package dev.sluice.trainer.script;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/*
 * DJL hands out a module's parameters alone, and neither reads nor writes its buffers: the running statistics of a batch
 * normalisation would be lost at each checkpoint. Which arrays are parameters is said in the module's code, class by class.
 * So a module is loaded with its buffers declared as parameters, which gradients still do not move, as each array says that
 * for itself; and what is exported has them as buffers again.
 */
/** A TorchScript module as {@code torch.jit.save} writes it: a zip of code and arrays. Immutable. */
public final class ModuleFile {
    private static final Pattern CLASS = Pattern.compile(
            "class (\\w+)\\(Module\\):\\n  __parameters__ = \\[(.*?)\\]\\n  __buffers__ = \\[(.*?)\\]\\n");
    private static final Pattern DECLARED = Pattern.compile("  __parameters__ = \\[");
    /** A count that batch normalisations of older versions exchange; with a momentum it makes no difference. */
    private static final Pattern CHANGED = Pattern.compile("(?m)^ +self\\.(?!num_batches_tracked\\b)(\\w+) = ");

    private static final String DEBUG = ".debug_pkl"; // where in somebody's Python each line came from

    private final Map<String, byte[]> entries;
    private final Map<String, String> buffers = new HashMap<>(); // of each class, as its code declares them

    private ModuleFile(String what, Map<String, byte[]> entries) {
        this.entries = entries;
        entries.forEach((name, content) -> {
            if (isCode(name)) {
                String code = new String(content, StandardCharsets.UTF_8);
                Matcher classes = CLASS.matcher(code);
                long found = 0;
                while (classes.find()) {
                    buffers.put(key(name, classes.group(1)), classes.group(3));
                    found++;
                }
                if (found != DECLARED.matcher(code).results().count()) {
                    throw new IllegalArgumentException(
                            what + " does not say which of its arrays are buffers, as files of torch"
                                    + " from 1.4 on do; save it anew");
                }
                Matcher changed = CHANGED.matcher(code);
                if (changed.find()) {
                    throw new IllegalArgumentException(
                            what + " sets its attribute " + changed.group(1)
                                    + " as it runs, which no checkpoint would hold; register a buffer, and change that in place");
                }
            }
        });
    }

    /**
     * Reads a module.
     *
     * @param what it is, for messages
     * @throws IllegalArgumentException if it is none, or keeps what it learns where no checkpoint would find it
     */
    public static ModuleFile read(String what, byte[] file) {
        Map<String, byte[]> entries;
        try {
            entries = entries(file);
        } catch (ZipException e) {
            throw new IllegalArgumentException(
                    what + " is no TorchScript module: " + e.getMessage()
                            + "; save one by torch.jit.script(module).save(path)",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (entries.keySet().stream().noneMatch(ModuleFile::isCode)) {
            throw new IllegalArgumentException(what + " is no TorchScript module: it holds arrays and no code, as"
                    + " torch.save writes it; save one by torch.jit.script(module).save(path)");
        }
        return new ModuleFile(what, entries);
    }

    /** The module with its buffers declared as parameters. */
    public byte[] withBuffersAsParameters() {
        return written(
                entries,
                (name, classes) -> "class " + classes.group(1) + "(Module):\n  __parameters__ = [" + classes.group(2)
                        + classes.group(3) + "]\n  __buffers__ = []\n");
    }

    /** A module that was loaded from {@link #withBuffersAsParameters} and saved, with its buffers as they were declared here. */
    public byte[] withBuffersAsHere(byte[] saved) {
        return written(read("the exported module", saved).entries, (name, classes) -> {
            String own = buffers.getOrDefault(key(name, classes.group(1)), "");
            String all = classes.group(2);
            return "class " + classes.group(1) + "(Module):\n  __parameters__ = ["
                    + (all.endsWith(own) ? all.substring(0, all.length() - own.length()) : all)
                    + "]\n  __buffers__ = [" + (all.endsWith(own) ? own : "") + "]\n";
        });
    }

    /** A class's declarations anew. */
    @FunctionalInterface
    private interface Declaring {
        String declare(String entry, Matcher classes);
    }

    private static byte[] written(Map<String, byte[]> entries, Declaring declaring) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                byte[] content = entry.getValue();
                if (isCode(entry.getKey())) {
                    String code = new String(content, StandardCharsets.UTF_8);
                    Matcher classes = CLASS.matcher(code);
                    StringBuilder anew = new StringBuilder();
                    while (classes.find()) {
                        classes.appendReplacement(
                                anew, Matcher.quoteReplacement(declaring.declare(entry.getKey(), classes)));
                    }
                    classes.appendTail(anew);
                    content = anew.toString().getBytes(StandardCharsets.UTF_8);
                }
                CRC32 sum = new CRC32();
                sum.update(content);
                ZipEntry stored = new ZipEntry(entry.getKey());
                stored.setMethod(ZipEntry.STORED);
                stored.setTimeLocal(ScriptFile.NO_TIME);
                stored.setSize(content.length);
                stored.setCrc(sum.getValue());
                zip.putNextEntry(stored);
                zip.write(content);
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("written to memory alone", e);
        }
        return bytes.toByteArray();
    }

    /** Of a file, as torch writes entries whose lengths come after them, which Java reads from files alone. */
    private static Map<String, byte[]> entries(byte[] file) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        Path temporary = Files.createTempFile("module", ".pt");
        try {
            Files.write(temporary, file);
            try (ZipFile zip = new ZipFile(temporary.toFile())) {
                for (ZipEntry entry : Collections.list(zip.entries())) {
                    if (!entry.isDirectory() && !entry.getName().endsWith(DEBUG)) {
                        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
                    }
                }
            }
        } finally {
            Files.delete(temporary);
        }
        return entries;
    }

    private static boolean isCode(String entry) {
        return entry.contains("/code/") && entry.endsWith(".py");
    }

    /** Without the archive's name, which is the file's. */
    private static String key(String entry, String name) {
        return entry.substring(entry.indexOf("/code/")) + ":" + name;
    }
}
