package dev.sluice.console.process;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * All processes that descend from one start: those in its control group, where it has one, else those found by a mark in their
 * environment. Immutable and safe for use by several threads.
 */
/*
 * Neither the process group nor the tree finds them all: torchrun gives each worker a session of its own, and a child whose parent ended
 * is init's. The environment is inherited by all of them. A program may overwrite its own (setproctitle does), so three nets are
 * joined: the mark; the leader's session; and the children, at any depth, of what these two found. The session counts only while the
 * caller knows that the leader's id has not been given away: the kernel keeps an id from being used again as long as a session bears it.
 * What slips through all three: a child that took itself out of the tree (its parent ended), of its session and of its environment. Only a
 * control group holds that one too, so where there is one it is asked alone, which is also by far the cheaper question.
 */
public final class ProcessFamily {
    private static final int MOST_ANCESTORS = 64;
    private static final long PAUSE_MILLIS = 20;

    private final byte[] mark;
    private final Optional<ControlGroup> group;

    private ProcessFamily(byte[] mark, Optional<ControlGroup> group) {
        this.mark = mark;
        this.group = group;
    }

    /** The processes whose environment holds {@code name=value}. */
    public static ProcessFamily marked(String name, String value) {
        return new ProcessFamily((name + "=" + value).getBytes(StandardCharsets.UTF_8), Optional.empty());
    }

    /** The same, known to be in this control group. */
    public ProcessFamily in(ControlGroup one) {
        return new ProcessFamily(mark, Optional.of(one));
    }

    /** The value of the mark that this process carries, or else the nearest that it descends from; empty if none does. */
    public static Optional<String> markOf(long pid, String name) {
        long next = pid;
        for (int depth = 0; next > 1 && depth < MOST_ANCESTORS; depth++) {
            Optional<String> value = ProcessStat.variable(next, name);
            if (value.isPresent()) {
                return value;
            }
            next = ProcessStat.of(next).map(ProcessStat::parent).orElse(0L);
        }
        return Optional.empty();
    }

    /** Whether this process carries the mark itself. */
    public boolean carriesMark(long pid) {
        return ProcessStat.carries(pid, mark);
    }

    /**
     * The members that are alive, this process never among them.
     *
     * @param leader the process whose session belongs to the family, as long as its id cannot have been given away; else empty
     */
    public List<ProcessIdentity> members(Optional<ProcessIdentity> leader) {
        if (group.isPresent()) {
            return group.get().members().stream()
                    .flatMap(pid -> ProcessIdentity.of(pid).stream())
                    .toList();
        }
        long self = ProcessHandle.current().pid();
        List<ProcessStat> all = ProcessStat.all();
        Map<Long, List<ProcessStat>> children = new HashMap<>();
        Deque<ProcessStat> open = new ArrayDeque<>();
        for (ProcessStat stat : all) {
            children.computeIfAbsent(stat.parent(), parent -> new ArrayList<>()).add(stat);
            boolean ofSession = leader.filter(
                            named -> stat.session() == named.pid() && stat.startTicks() >= named.startTicks())
                    .isPresent();
            boolean mayDescend =
                    leader.isEmpty() || stat.startTicks() >= leader.get().startTicks();
            if (ofSession || (mayDescend && carriesMark(stat.pid()))) {
                open.add(stat);
            }
        }
        String boot = ProcessIdentity.currentBoot();
        Set<Long> seen = new HashSet<>();
        List<ProcessIdentity> members = new ArrayList<>();
        while (!open.isEmpty()) {
            ProcessStat stat = open.poll();
            if (stat.pid() == self || stat.pid() <= 1 || !seen.add(stat.pid())) {
                continue;
            }
            if (!stat.dead()) {
                members.add(new ProcessIdentity(stat.pid(), stat.startTicks(), boot));
            }
            open.addAll(children.getOrDefault(stat.pid(), List.of()));
        }
        return members;
    }

    /**
     * Kills (SIGKILL) the members, again and again until two looks in a row find none: one that is about to be born is not seen by the
     * first. In a control group one look is enough. Waits without end for a process that the kernel does not let go, as it still holds its devices.
     *
     * @param leader as for {@link #members}
     * @param spared members that are left alive and not waited for
     * @param patience called once if members are still there after ten seconds
     */
    public void killAll(Optional<ProcessIdentity> leader, Predicate<ProcessIdentity> spared, Runnable patience)
            throws InterruptedException {
        long pause = PAUSE_MILLIS;
        long began = System.nanoTime();
        boolean told = false;
        int clean = 0;
        int enough = group.isPresent() ? 1 : 2;
        while (clean < enough) {
            List<ProcessIdentity> all = members(leader);
            List<ProcessIdentity> left = all.stream().filter(spared.negate()).toList();
            if (group.isPresent() && !left.isEmpty() && left.size() == all.size()) {
                group.get().kill();
            } else {
                left.forEach(ProcessFamily::kill);
            }
            clean = left.isEmpty() ? clean + 1 : 0;
            if (!told && System.nanoTime() - began > 10_000_000_000L) {
                told = true;
                patience.run();
            }
            if (clean < enough) {
                Thread.sleep(pause);
                pause = left.isEmpty() ? PAUSE_MILLIS : Math.min(pause * 2, 1_000);
            }
        }
    }

    /**
     * The main memory that the members use, in bytes: what several share counts once where the kernel tells, else once for each.
     *
     * @param enough as soon as a quick count, in which shared memory counts for each, is not above this, it is the answer
     */
    public long memoryBytes(Optional<ProcessIdentity> leader, long enough) {
        List<ProcessIdentity> members = members(leader);
        long resident = members.stream()
                .mapToLong(member -> MemoryStat.residentBytes(member.pid()))
                .sum();
        return resident <= enough
                ? resident
                : members.stream()
                        .mapToLong(member -> MemoryStat.proportionalBytes(member.pid()))
                        .sum();
    }

    private static void kill(ProcessIdentity member) {
        ProcessHandle.of(member.pid()).filter(handle -> member.alive()).ifPresent(ProcessHandle::destroyForcibly);
    }
}
