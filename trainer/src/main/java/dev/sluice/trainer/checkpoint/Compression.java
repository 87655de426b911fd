package dev.sluice.trainer.checkpoint;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;

/**
 * How a checkpoint's tensors are kept. What is read tells by its file's name how it was written, so a store reads either,
 * whatever it writes.
 */
public enum Compression {
    /** As they are: any reader of safetensors takes the file. */
    NONE(""),
    /**
     * Zstandard, RFC 8878: {@code zstd -d} gives the same file back. Trained weights give up little, some 7 %; an
     * optimizer's moments of arrays that are mostly zero give up much.
     */
    ZSTD(".zst");

    private final String suffix;

    Compression(String suffix) {
        this.suffix = suffix;
    }

    /** What users call it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * What users call so.
     *
     * @throws IllegalArgumentException if nothing is called so
     */
    public static Compression of(String label) {
        for (Compression compression : values()) {
            if (compression.label().equals(label)) {
                return compression;
            }
        }
        throw new IllegalArgumentException("a compression must be none or zstd, was \"" + label + "\"");
    }

    /** The name of a file that is kept so. */
    String fileName(String plain) {
        return plain + suffix;
    }

    /** What is written to it goes on to {@code out}, which stays open; only when it is closed all has gone on. */
    OutputStream writer(OutputStream out) throws IOException {
        OutputStream kept = new Kept(out);
        return switch (this) {
            case NONE -> kept;
            case ZSTD -> new ZstdOutputStream(kept).setChecksum(true);
        };
    }

    /** What was written. */
    InputStream reader(InputStream in) throws IOException {
        return switch (this) {
            case NONE -> in;
            case ZSTD -> new ZstdInputStream(in);
        };
    }

    /** Stays open: it is brought to the disk before it is closed. */
    private static final class Kept extends FilterOutputStream {
        Kept(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length); // in one piece, not byte by byte
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
