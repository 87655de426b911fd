package dev.sluice.console.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings of the service, each below `sluice.` */
@ConfigMapping(prefix = "sluice")
public interface ServiceSettings {
    /** The token that every call must carry; none: no call needs one, and only loopback is served. */
    Optional<String> token();

    /** Logs as one JSON object a line. */
    @WithDefault("false")
    boolean logJson();

    /** The devices of this machine. */
    Devices devices();

    /** The tracking server. */
    Mlflow mlflow();

    /** The trainer of trials that name a task. */
    Trainer trainer();

    interface Trainer {
        /** The folder that the trainer's build laid out; the start script sets it. */
        Optional<Path> home();

        /** The folder of data sets (absolute), whose entries sweep files name; none: only tasks that bring their own data. */
        Optional<Path> data();

        /** The folder of jars (absolute) with tasks of one's own, whose names sweep files give; none: there are none. */
        Optional<Path> jars();
    }

    interface Devices {
        /** CPU slots; default: the processors of this machine. */
        OptionalInt cpus();

        /** Main memory to lend to trials that say how much they need, such as `64GiB`; default: this machine's, or its container's. */
        Optional<String> memory();

        /** How often it is looked how full GPUs are, and with what; 0: never, then no trial joins another by memory. */
        @WithDefault("5s")
        Duration gpuInterval();

        /** How long a trial's use of GPU memory must stay the same before others join it (`share: memory`), unless one ends before. */
        @WithDefault("30s")
        Duration memorySettles();

        /** Whether each trial gets a control group (cgroup v2) of its own, where the service may make some. */
        @WithDefault("true")
        boolean controlGroups();

        /** GPU ids as CUDA_VISIBLE_DEVICES takes them, or `none`; default: what nvidia-smi names. */
        Optional<String> gpus();
    }

    /** MLflow's own variables hold where a setting is left out. */
    interface Mlflow {
        /** Without it nothing is tracked, and nothing can be promoted. */
        @WithDefault("true")
        boolean enabled();

        /** An MLflow server to ship to, as in MLFLOW_TRACKING_URI; default: a local one in the data folder. */
        Optional<String> uri();

        /** For HTTP Basic, with the password, as in MLFLOW_TRACKING_USERNAME. */
        Optional<String> username();

        /** As in MLFLOW_TRACKING_PASSWORD. */
        Optional<String> password();

        /** A bearer token, as in MLFLOW_TRACKING_TOKEN; a user name comes before it. */
        Optional<String> token();

        /** The workspace that everything is in, as in MLFLOW_WORKSPACE; default: the server's own choice. */
        Optional<String> workspace();

        /** How often it is noted what this machine does, in the runs of the trials that it runs; 0: never. */
        @WithDefault("10s")
        Duration systemMetricsInterval();

        /** Most that is kept of each journal of a worker elsewhere while it is not in MLflow; 16MiB or more. */
        @WithDefault("1GiB")
        String workerJournalLimit();

        /** PEM file of the authorities that may vouch for the server, as in MLFLOW_TRACKING_SERVER_CERT_PATH. */
        Optional<Path> certificates();
    }
}
