package dev.sluice.tracker.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.tracker.TrackingException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large files in parts: what is sent again after what fault, and who is told what. */
class PartwiseUploadTest {
    private static final ArtifactPath PATH = ArtifactPath.of("checkpoints/step 9.bin");
    private static final String TARGET = "1/run/artifacts/checkpoints/step 9.bin";
    private static final int PART = 10_000;

    @TempDir
    Path folder;

    private final PartsServer server = new PartsServer();
    private final HttpClient http = HttpClient.newHttpClient();
    private byte[] bytes;
    private Path file;
    private UploadNote note;

    @BeforeEach
    void write() throws IOException {
        bytes = new byte[4 * PART + 1];
        new SplittableRandom(7).nextBytes(bytes);
        file = Files.write(folder.resolve("file"), bytes);
        note = UploadNote.in(folder.resolve("upload.json"));
    }

    @AfterEach
    void stop() {
        server.close();
        http.close();
    }

    private ProxiedArtifactStore store(boolean offered, boolean plain) {
        return new ProxiedArtifactStore(
                http,
                server.service(),
                ArtifactPath.of("1/run/artifacts"),
                Map.of("Authorization", "Bearer secret", "X-MLFLOW-WORKSPACE", "w"),
                Duration.ofSeconds(10),
                new MultipartUploads(() -> offered, () -> http, plain, bytes.length, PART, Duration.ofMillis(1)));
    }

    /** As a new process has it. */
    private ProxiedArtifactStore store() {
        return store(true, true);
    }

    private void assertArrived(FileDigest sent) throws IOException {
        assertThat(sent).isEqualTo(FileDigest.of(file));
        assertThat(server.files.get(TARGET)).isEqualTo(bytes);
        assertThat(server.uploads).isEmpty();
        assertThat(note.read()).isEmpty();
    }

    private void assertWentWhole(FileDigest sent) throws IOException {
        assertArrived(sent);
        assertThat(server.calls).contains("PUT artifacts/" + TARGET);
    }

    @Test
    void goesInPartsToWhereTheServerSaysWithoutItsCredentials() throws IOException {
        assertArrived(store().put(file, PATH, note));

        assertThat(server.parts).containsExactly(1, 2, 3, 4, 5);
        assertThat(server.calls)
                .containsExactly(
                        "POST mpu/create/1/run/artifacts/checkpoints",
                        "POST mpu/complete/1/run/artifacts/checkpoints",
                        "GET artifacts/" + TARGET);
        assertThat(server.partHeaders).allSatisfy(headers -> {
            assertThat(headers).doesNotContainKeys("Authorization", "X-mlflow-workspace");
            assertThat(headers.get("X-storage-class")).containsExactly("cold");
        });
    }

    @Test
    void aSmallFileOrAServerThatDoesNotOfferPartsGetsItWhole() throws IOException {
        assertWentWhole(store(false, true).put(file, PATH, note));
        store().put(Files.write(folder.resolve("small"), new byte[100]), ArtifactPath.of("small"), note);

        assertThat(server.calls).noneMatch(call -> call.contains("mpu"));
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 429, 408, -1})
    void aPartThatFailsIsSentAgainAlone(int status) throws IOException {
        AtomicInteger failures = new AtomicInteger();
        server.fault = part -> part == 3 && failures.getAndIncrement() < 2 ? status : 0;

        assertArrived(store().put(file, PATH, note));

        assertThat(server.parts).containsExactly(1, 2, 3, 3, 3, 4, 5);
    }

    @Test
    void anotherProcessSendsWhatIsMissing() throws IOException {
        server.fault = part -> part == 4 ? 503 : 0;
        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> store().put(file, PATH, note))
                .withMessageNotContaining("Signature")
                .satisfies(e -> assertThat(e.retryable()).isTrue());
        assertThat(Files.getPosixFilePermissions(folder.resolve("upload.json")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(server.files).isEmpty();
        server.parts.clear();
        server.fault = part -> 0;

        assertArrived(store().put(file, PATH, note));

        assertThat(server.parts).containsExactly(4, 5);
        assertThat(server.calls).filteredOn(call -> call.contains("create")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {503, -1})
    void aStorageThatFailsHalfWayIsNotTakenForTheServer(int status) {
        server.fault = part -> part == 2 ? status : 0;

        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> store().put(file, PATH, note))
                .withMessageContaining("put part 2 of 5")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(TrackingException.Kind.STORAGE));
    }

    @Test
    void withoutANoteABrokenUploadIsAborted() {
        server.fault = part -> part == 4 ? 503 : 0;

        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> store().put(file, PATH))
                .satisfies(e -> assertThat(e.retryable()).isTrue());

        assertThat(server.uploads).isEmpty();
        assertThat(server.calls.getLast()).isEqualTo("POST mpu/abort/1/run/artifacts/checkpoints");
    }

    @Test
    void whatIsNotedOfAnotherFileOrPlaceIsAborted() throws IOException {
        server.fault = part -> part == 2 ? 503 : 0;
        for (ArtifactPath path : List.of(PATH, ArtifactPath.of("other"))) {
            assertThatExceptionOfType(TrackingException.class).isThrownBy(() -> store().put(file, path, note));
            assertThat(server.uploads).hasSize(1);
        }
        server.fault = part -> 0;
        bytes[0]++;
        Files.write(file, bytes);

        assertArrived(store().put(file, PATH, note));
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404})
    void anUploadWhoseAddressesHoldNoMoreIsMadeAnew(int status) throws IOException {
        server.fault = part -> part == 3 ? 503 : 0;
        assertThatExceptionOfType(TrackingException.class).isThrownBy(() -> store().put(file, PATH, note));
        server.parts.clear();
        AtomicInteger answers = new AtomicInteger();
        server.fault = part -> answers.getAndIncrement() == 0 ? status : 0;

        assertArrived(store().put(file, PATH, note));

        assertThat(server.parts).containsExactly(3, 1, 2, 3, 4, 5);
        assertThat(server.calls).doesNotContain("PUT artifacts/" + TARGET);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503})
    void aCompletionWhoseAnswerWasLostCounts(int status) throws IOException {
        server.completeAnswer = status;

        assertArrived(store().put(file, PATH, note));

        assertThat(server.calls).doesNotContain("PUT artifacts/" + TARGET);
    }

    @Test
    void anUploadThatWasCompletedBeforeTheProcessDiedCounts() throws IOException {
        AtomicReference<Optional<byte[]>> held = new AtomicReference<>(Optional.empty());
        AtomicInteger deletions = new AtomicInteger();
        UploadNote kept = new UploadNote() {
            @Override
            public Optional<byte[]> read() {
                return held.get();
            }

            @Override
            public void write(byte[] text) {
                held.set(Optional.of(text));
            }

            @Override
            public void delete() {
                if (deletions.getAndIncrement() > 0) {
                    held.set(Optional.empty());
                }
            }

            @Override
            public boolean keeps() {
                return true;
            }
        };
        store().put(file, PATH, kept);
        server.parts.clear();

        store().put(file, PATH, kept);

        assertThat(server.parts).isEmpty();
        assertThat(kept.read()).isEmpty();
        assertArrived(FileDigest.of(file));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 307, 400, 403, 500, -1})
    void aStorageThatTakesNothingFromHereIsPassedBy(int status) throws IOException {
        server.fault = part -> status;
        ProxiedArtifactStore store = store();

        assertWentWhole(store.put(file, PATH, note));
        int tried = server.parts.size();
        assertWentWhole(store.put(file, PATH, note));

        assertThat(server.parts).as("not tried again for a while").hasSize(tried);
        assertThat(server.calls).filteredOn(call -> call.contains("abort")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://no-such-host.invalid",
                "http://127.0.0.1:1",
                "ftp://127.0.0.1",
                "file://",
                "http://user:word@127.0.0.1",
                "not an address"
            })
    void anAddressThatIsNoneOrLeadsNowhereIsPassedBy(String address) throws IOException {
        server.address = address;

        assertWentWhole(store().put(file, PATH, note));
    }

    @Test
    void whatCameToTheServerByTlsDoesNotLeaveInTheClear() throws IOException {
        assertWentWhole(store(true, false).put(file, PATH, note));

        assertThat(server.parts).isEmpty();
    }

    @Test
    void whatWasBegunBeforePartsArePausedIsAbortedWhenTheFileGoesWhole() throws IOException {
        ProxiedArtifactStore store = store();
        server.fault = part -> part == 2 ? 503 : 0;
        assertThatExceptionOfType(TrackingException.class).isThrownBy(() -> store.put(file, PATH, note));
        server.fault = part -> 403;
        store.put(file, ArtifactPath.of("of another run"), UploadNote.in(folder.resolve("other.json")));
        assertThat(server.uploads).as("half sent").hasSize(1);

        store.put(Files.write(folder.resolve("small"), new byte[100]), ArtifactPath.of("small"), note);
        assertThat(server.uploads).as("not that of the small file").hasSize(1);
        assertWentWhole(store.put(file, PATH, note));
    }

    @Test
    void aServerThatHasNoPartsAfterAllGetsItWhole() throws IOException {
        server.createAnswer = 501;

        assertWentWhole(store().put(file, PATH, note));
    }

    @Test
    void whatIsPutTogetherWronglyIsNotTakenForTheFile() {
        server.forged = new byte[bytes.length];

        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> store().put(file, PATH, note))
                .withMessageContaining("but the server holds");
    }

    @Test
    void aNoteThatIsTornIsNone() throws IOException {
        note.write(new byte[] {'{', '"'});

        assertArrived(store().put(file, PATH, note));
    }

    /** As on a disk that is full. */
    @Test
    void aNoteThatCannotBeWrittenKeepsNothingFromBeingSent() throws IOException {
        Path none = Files.createFile(folder.resolve("no folder"));
        UploadNote unwritable = new UploadNote() {
            @Override
            public Optional<byte[]> read() {
                return Optional.empty();
            }

            @Override
            public void write(byte[] text) throws IOException {
                UploadNote.in(none.resolve("upload.json")).write(text);
            }

            @Override
            public void delete() {}

            @Override
            public boolean keeps() {
                return true;
            }
        };
        server.fault = part -> part == 3 ? 503 : 0;
        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> store().put(file, PATH, unwritable))
                .satisfies(e -> assertThat(e.retryable()).isTrue());
        assertThat(server.uploads).as("nobody would go on with it").isEmpty();
        server.fault = part -> 0;

        assertArrived(store().put(file, PATH, unwritable));
        assertThat(server.calls).doesNotContain("PUT artifacts/" + TARGET);
    }

    @Test
    void whatIsGivenUpIsAborted() throws IOException {
        server.fault = part -> part == 2 ? 503 : 0;
        assertThatExceptionOfType(TrackingException.class).isThrownBy(() -> store().put(file, PATH, note));

        store().abandon(note);

        assertThat(server.uploads).isEmpty();
        assertThat(note.read()).isEmpty();
        store().abandon(note);
    }
}
