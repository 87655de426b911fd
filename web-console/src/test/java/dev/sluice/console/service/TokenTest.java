package dev.sluice.console.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service with a token: nothing answers without it, but for a lease's own calls with the lease's token. */
@QuarkusTest
@TestProfile(TokenTest.Profile.class)
final class TokenTest {
    private static final String TOKEN = "s3cret";

    public static final class Profile implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            var overrides = new HashMap<>(new AloneProfile().getConfigOverrides());
            overrides.put("sluice.token", TOKEN);
            return overrides;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/api/v1/sweeps", "/api/v1//sweeps", "/q/openapi", "/q/metrics", "/q/health", "/index.html"
            })
    void nothingAnswersWithoutTheToken(String path) {
        given().urlEncodingEnabled(false).get(path).then().statusCode(401).header("WWW-Authenticate", "Bearer");
        given().header("Authorization", "Bearer wrong").get(path).then().statusCode(401);
        given().header("Authorization", "Basic " + TOKEN).get(path).then().statusCode(401);
        given().cookie("sluice_token", "wrong").get(path).then().statusCode(401);
    }

    /** Every call that the service itself publishes: what is added later is walked as well. */
    @TestFactory
    Stream<DynamicTest> noCallIsTakenWithoutTheToken() throws Exception {
        String sweep = external("kept");
        var lease = service()
                .contentType("application/json")
                .body(Map.of("workerId", "w", "capacity", 1))
                .post("/api/v1/sweeps/" + sweep + "/leases")
                .then()
                .statusCode(200)
                .extract();
        String leaseToken = lease.path("[0].token");
        var before = view(sweep);
        var calls = new ArrayList<DynamicTest>();
        var paths = new ObjectMapper()
                .readTree(service()
                        .accept("application/json")
                        .get("/q/openapi?format=json")
                        .asString())
                .path("paths");
        assertThat(paths.size()).isGreaterThan(30);
        paths.properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    var address = path.getKey().replaceAll("\\{[^}]*}", sweep);
                    calls.add(DynamicTest.dynamicTest(method + " " + path.getKey(), () -> {
                        for (var headers : List.of(
                                Map.<String, String>of(),
                                Map.of("Authorization", "Bearer wrong"),
                                Map.of("Authorization", "Bearer " + leaseToken),
                                Map.of("Cookie", "sluice_token=wrong"),
                                Map.of("X-Forwarded-For", "127.0.0.1", "X-HTTP-Method-Override", "GET"))) {
                            given().headers(headers)
                                    .contentType("application/json")
                                    .body("{}")
                                    .request(method, address)
                                    .then()
                                    .statusCode(401)
                                    .contentType("application/problem+json");
                        }
                        assertThat(view(sweep)).isEqualTo(before);
                    }));
                }));
        return calls.stream();
    }

    private static Map<String, Object> view(String sweep) {
        Map<String, Object> view =
                service().get("/api/v1/sweeps/" + sweep).jsonPath().getMap("");
        view.remove("mlflow");
        return view;
    }

    private static String external(String name) {
        return service()
                .contentType("application/json")
                .body("""
                        {"name": "%s", "objective": {"metric": "score", "goal": "maximize"},
                         "parameters": {"x": {"type": "float", "min": 0.0, "max": 1.0}},
                         "budget": {"trials": 2, "parallel": 2}, "trial": {"external": true}}""".formatted(name))
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    @Test
    void theTokenOpensEverythingAsHeaderOrCookie() {
        given().header("Authorization", "bearer " + TOKEN)
                .get("/api/v1/sweeps")
                .then()
                .statusCode(200);
        given().cookie("sluice_token", TOKEN).get("/api/v1/sweeps").then().statusCode(200);
    }

    @Test
    void theConsoleTakesItFromTheAddressOnceAndHidesIt() {
        given().redirects()
                .follow(false)
                .get("/?token=" + TOKEN)
                .then()
                .statusCode(303)
                .header("Location", "/")
                .header("Set-Cookie", containsString("HTTPOnly"))
                .header("Set-Cookie", containsString("SameSite=Strict"));
        given().redirects().follow(false).get("/?token=wrong").then().statusCode(401);
        given().get("/api/v1/sweeps?token=" + TOKEN).then().statusCode(401);
    }

    @Test
    void aCookieDoesNotServeAPageOfAnotherSite() {
        given().cookie("sluice_token", TOKEN)
                .header("Origin", "http://evil.example.com")
                .get("/api/v1/sweeps")
                .then()
                .statusCode(403);
    }

    @Test
    void aLeasesTokenServesItsOwnCallsOnly() {
        String sweep = external("t");
        var leases = service()
                .contentType("application/json")
                .body(Map.of("workerId", "w", "capacity", 2))
                .post("/api/v1/sweeps/" + sweep + "/leases")
                .then()
                .statusCode(200)
                .extract();
        String own = leases.path("[0].leaseId");
        String other = leases.path("[1].leaseId");
        String token = leases.path("[0].token");
        assertThat(token).isNotBlank().isNotEqualTo(leases.<String>path("[1].token"));
        lease(token).post("/api/v1/leases/" + own + "/heartbeat").then().statusCode(200);
        lease(token).post("/api/v1/leases/" + other + "/heartbeat").then().statusCode(401);
        for (var call : Map.of(own, 422, other, 401).entrySet()) {
            lease(token)
                    .contentType("application/octet-stream")
                    .body(new byte[] {1})
                    .post("/api/v1/leases/" + call.getKey() + "/journal?offset=0")
                    .then()
                    .statusCode(call.getValue());
        }
        lease(token).post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(401);
        lease(token).get("/api/v1/sweeps").then().statusCode(401);
        lease(token)
                .urlEncodingEnabled(false)
                .get("/api/v1/leases/" + own + "/../../sweeps")
                .then()
                .statusCode(401);
        lease(token)
                .contentType("application/json")
                .body("{\"state\": \"COMPLETE\", \"values\": {\"score\": 1}}")
                .post("/api/v1/leases/" + own + "/complete")
                .then()
                .statusCode(200)
                .body("state", equalTo("COMPLETE"));
        service().post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(200);
    }

    private static RequestSpecification service() {
        return given().header("Authorization", "Bearer " + TOKEN);
    }

    private static RequestSpecification lease(String token) {
        return given().header("Authorization", "Bearer " + token);
    }
}
