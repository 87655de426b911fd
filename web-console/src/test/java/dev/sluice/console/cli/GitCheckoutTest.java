package dev.sluice.console.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GitCheckoutTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String OTHER = "f123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path folder;

    @Test
    void readsTheBranchThatIsCheckedOut() throws IOException {
        write(".git/HEAD", "ref: refs/heads/topic/fast\n");
        write(".git/refs/heads/topic/fast", COMMIT + "\n");

        assertThat(around("sweeps/a/sweep.yaml")).containsEntry("mlflow.source.git.commit", COMMIT);
        assertThat(around("sweep.yaml"))
                .containsEntry("mlflow.source.git.branch", "topic/fast")
                .hasSize(2);
    }

    @Test
    void readsAPackedBranchWhereThereIsNoLooseOne() throws IOException {
        write(".git/HEAD", "ref: refs/heads/main\n");
        write(".git/packed-refs", """
                # pack-refs with: peeled fully-peeled sorted
                %s refs/heads/not-main
                %s refs/remotes/refs/heads/main
                %s refs/heads/main
                """.formatted(OTHER, OTHER, COMMIT));
        assertThat(around("sweep.yaml")).containsEntry("mlflow.source.git.commit", COMMIT);

        write(".git/refs/heads/main", OTHER);
        assertThat(around("sweep.yaml")).containsEntry("mlflow.source.git.commit", OTHER);
    }

    @Test
    void readsACommitWithoutABranch() throws IOException {
        write(".git/HEAD", COMMIT + "\n");

        assertThat(around("sweep.yaml")).containsOnlyKeys("mlflow.source.git.commit");
    }

    @Test
    void readsAWorktreeOfAnotherClone() throws IOException {
        write("clone/.git/worktrees/tree/HEAD", "ref: refs/heads/tree\n");
        write("clone/.git/worktrees/tree/commondir", "../..\n");
        write("clone/.git/refs/heads/tree", COMMIT);
        write("tree/.git", "gitdir: " + folder.resolve("clone/.git/worktrees/tree") + "\n");

        assertThat(around("tree/sweep.yaml"))
                .containsEntry("mlflow.source.git.commit", COMMIT)
                .containsEntry("mlflow.source.git.branch", "tree");
    }

    @Test
    void saysNothingOfWhatItDoesNotUnderstand() throws IOException {
        for (var head : new String[] {"", "ref: refs/heads/.invalid", "ref: refs/heads/../../../secret", "dragons"}) {
            write(".git/HEAD", head);
            assertThat(GitCheckout.around(folder.resolve("sweep.yaml")))
                    .as(head)
                    .isEmpty();
        }
        write("sub/.git", "dragons");
        assertThat(GitCheckout.around(folder.resolve("sub/sweep.yaml"))).isEmpty();
        assertThat(GitCheckout.around(Path.of("/no/such/folder/sweep.yaml"))).isEmpty();
    }

    private Map<String, String> around(String file) {
        return GitCheckout.around(folder.resolve(file)).orElseThrow().tags();
    }

    private void write(String file, String text) throws IOException {
        var path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
