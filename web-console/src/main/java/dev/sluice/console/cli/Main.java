package dev.sluice.console.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs one command of {@code ./sluice}. Exit codes: 0 done, 1 the sweep or call failed, 2 wrong usage or invalid file. */
public final class Main {
    /* Only the command that is asked for is made: picocli reads each one's annotations by reflection. */
    private static final Map<String, Function<CommandContext, Object>> COMMANDS = commands();

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(CommandContext.ofProcess(), args));
    }

    private static Map<String, Function<CommandContext, Object>> commands() {
        Map<String, Function<CommandContext, Object>> commands = new LinkedHashMap<>();
        commands.put("demo", DemoCommand::new);
        commands.put("test", context -> new TestCommand());
        commands.put("serve", context -> new ServeCommand());
        commands.put("run", RunCommand::new);
        commands.put("validate", ValidateCommand::new);
        commands.put("list", ListCommand::new);
        commands.put("show", ShowCommand::new);
        commands.put("trials", TrialsCommand::new);
        commands.put("logs", LogsCommand::new);
        commands.put("pause", context -> new SweepActionCommand(context, "pause"));
        commands.put("resume", context -> new SweepActionCommand(context, "resume"));
        commands.put("stop", context -> new SweepActionCommand(context, "stop"));
        commands.put("cancel", context -> new SweepActionCommand(context, "cancel"));
        commands.put("edit", EditCommand::new);
        commands.put("clone", CloneCommand::new);
        commands.put("rerun", RerunCommand::new);
        commands.put("audit", AuditCommand::new);
        commands.put("promote", PromoteCommand::new);
        commands.put("export", ExportCommand::new);
        commands.put("backup", BackupCommand::new);
        commands.put("restore", context -> new RestoreCommand());
        commands.put("alerts", AlertsCommand::new);
        commands.put("tracking", TrackingCommand::new);
        return commands;
    }

    /** The names of all commands, as {@code ./sluice --help} lists them. */
    static List<String> commandNames() {
        return List.copyOf(COMMANDS.keySet());
    }

    /** Runs the command and answers its exit code. What the command writes goes to the context's terminal. */
    static int run(CommandContext context, String... args) {
        Terminal terminal = context.terminal();
        CommandLine line = new CommandLine(new Root());
        line.getCommandSpec().version("sluice " + context.version());
        Function<CommandContext, Object> asked = args.length == 0 ? null : COMMANDS.get(args[0]);
        if (asked != null) {
            add(line, args[0], asked.apply(context));
        } else {
            COMMANDS.forEach((name, command) -> add(line, name, command.apply(context)));
        }
        line.setOut(terminal.out());
        line.setErr(terminal.err());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((exception, arguments) -> wrongUsage(terminal, exception));
        line.setExecutionExceptionHandler((exception, failed, result) -> failed(terminal, exception));
        try {
            return line.execute(args);
        } finally {
            terminal.out().flush();
            terminal.err().flush();
        }
    }

    private static void add(CommandLine line, String name, Object command) {
        CommandLine added = new CommandLine(command);
        addHelp(added);
        added.getSubcommands().values().forEach(Main::addHelp);
        line.addSubcommand(name, added);
    }

    private static void addHelp(CommandLine command) {
        command.getCommandSpec().addMixin("help", CommandSpec.forAnnotatedObject(new HelpOption()));
    }

    private static int wrongUsage(Terminal terminal, ParameterException exception) {
        String name = exception.getCommandLine().getCommandSpec().qualifiedName();
        terminal.err().println("sluice: " + exception.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(exception, terminal.err())) {
            terminal.err().println("See ./" + name + " --help");
        }
        return CommandFailure.WRONG_USAGE;
    }

    private static int failed(Terminal terminal, Exception exception) {
        if (exception instanceof CommandFailure failure) {
            terminal.err().println("sluice: " + failure.sentence());
            failure.details().forEach(detail -> terminal.err().println("  " + detail));
            return failure.exitCode();
        }
        terminal.err().println("sluice: a defect of the command line itself; please report it with what follows");
        exception.printStackTrace(terminal.err());
        return CommandFailure.FAILED;
    }

    @Command(
            name = "sluice",
            description =
                    "Hyperparameter search and experiment tracking on MLflow. ./sluice --help shows the whole page.",
            synopsisSubcommandLabel = "COMMAND",
            mixinStandardHelpOptions = true)
    private static final class Root implements Runnable {
        @CommandLine.Spec
        private @Nullable CommandSpec spec;

        @Override
        public void run() {
            if (spec != null) {
                throw new ParameterException(spec.commandLine(), "a command is missing");
            }
        }
    }
}
