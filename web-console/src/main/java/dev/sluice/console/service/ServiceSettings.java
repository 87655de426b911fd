package dev.sluice.console.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings of the service, each below `sluice.` */
@ConfigMapping(prefix = "sluice")
public interface ServiceSettings {
    /** The token that every call must carry; none: no call needs one, and only loopback is served. */
    Optional<String> token();

    /** The devices of this machine. */
    Devices devices();

    /** The tracking server. */
    Mlflow mlflow();

    /** The trainer of trials that name a task. */
    Trainer trainer();

    interface Trainer {
        /** The folder that the trainer's build laid out; the start script sets it. */
        Optional<Path> home();
    }

    interface Devices {
        /** CPU slots; default: the processors of this machine. */
        OptionalInt cpus();

        /** GPU ids as CUDA_VISIBLE_DEVICES takes them, or `none`; default: what nvidia-smi names. */
        Optional<String> gpus();
    }

    interface Mlflow {
        /** Without it nothing is tracked, and nothing can be promoted. */
        @WithDefault("true")
        boolean enabled();

        /** An MLflow server to ship to, as in MLFLOW_TRACKING_URI; default: a local one in the data folder. */
        Optional<String> uri();
    }
}
