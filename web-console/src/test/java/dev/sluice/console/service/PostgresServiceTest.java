package dev.sluice.console.service;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** All that the service does on H2, on PostgreSQL; the everyday suite has {@link PostgresStoreTest}. */
@QuarkusTest
@TestProfile(PostgresProfile.class)
@EnabledIfEnvironmentVariable(named = "SLUICE_LONG", matches = "1")
final class PostgresServiceTest extends ServiceTest {}
