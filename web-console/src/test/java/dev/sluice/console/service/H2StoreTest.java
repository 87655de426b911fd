package dev.sluice.console.service;

import dev.sluice.console.database.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.stream.IntStream;

@QuarkusTest
@TestProfile(AloneProfile.class)
final class H2StoreTest extends StoreContract {
    @Override
    String kind() {
        return "H2";
    }

    @Override
    IntStream releases() {
        return IntStream.rangeClosed(1, Stores.RELEASED);
    }
}
