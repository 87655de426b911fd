import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** One GET with java.net.http and nothing else: what a command line's answer can be compared with. */
final class Get {
    private Get() {}

    public static void main(String[] args) throws Exception {
        System.out.println(HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(args[0])).build(), HttpResponse.BodyHandlers.ofString())
                .body());
    }
}
