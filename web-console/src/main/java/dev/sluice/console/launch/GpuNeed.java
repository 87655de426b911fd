package dev.sluice.console.launch;

/** How much of the GPUs one attempt occupies. */
public sealed interface GpuNeed {
    /** No GPU. */
    GpuNeed NONE = new Whole(0);

    /** On how many devices an attempt lies that has it, {@code >= 0}. */
    int devices();

    /** In words, such as {@code 2 GPUs}. */
    String inWords();

    /**
     * Whole devices, which nobody shares.
     *
     * @param devices {@code [0, 1024]}
     */
    record Whole(int devices) implements GpuNeed {
        public Whole {
            if (devices < 0 || devices > 1024) {
                throw new IllegalArgumentException("devices must be in [0, 1024], was " + devices);
            }
        }

        @Override
        public String inWords() {
            return devices == 0 ? "no GPU" : devices == 1 ? "1 GPU" : devices + " GPUs";
        }
    }

    /**
     * A part of one device, beside other parts. It is a promise between trials: nothing keeps a process to it.
     *
     * @param tenThousandths of a device, {@code [1, 9999]}: whole numbers, so that thirds add up the same in every order
     */
    record Part(int tenThousandths) implements GpuNeed {
        /** A whole device. */
        static final int DEVICE = 10_000;

        public Part {
            if (tenThousandths < 1 || tenThousandths >= DEVICE) {
                throw new IllegalArgumentException("tenThousandths must be in [1, 9999], was " + tenThousandths);
            }
        }

        @Override
        public int devices() {
            return 1;
        }

        @Override
        public String inWords() {
            return java.math.BigDecimal.valueOf(tenThousandths, 4)
                            .stripTrailingZeros()
                            .toPlainString() + " of a GPU";
        }
    }

    /** One device beside others of this kind, as many as fit into its memory by what their sweeps' trials were measured to use. */
    record Measured() implements GpuNeed {
        @Override
        public int devices() {
            return 1;
        }

        @Override
        public String inWords() {
            return "a GPU with memory for one more";
        }
    }
}
