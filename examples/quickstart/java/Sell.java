// java Sell.java: makes a test issuer, places an order, verifies it and gives its code. It needs a JDK of 17 or newer.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Sell {
  static final String PLATFORM = System.getenv().getOrDefault("CODEFERRY_URL", "https://codes.example.com");
  static final HttpClient HTTP = HttpClient.newHttpClient();
  static String secret = "";

  // Sends what is signed; what is refused for a moment is repeated five times, the same bytes under the same id.
  static String call(String method, String path, String body) throws Exception {
    var id = UUID.randomUUID().toString();
    for (var left = 5; ; left--) {
      var request = HttpRequest.newBuilder(URI.create(PLATFORM + path)).header("content-type", "application/json");
      if (!secret.isEmpty()) {
        var at = Instant.now().getEpochSecond();
        var text = id + "." + at + "." + (body.isEmpty() ? method + " " + path : body);
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
        var signature = Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes("UTF-8")));
        request.header("webhook-id", id).header("webhook-timestamp", "" + at);
        request.header("webhook-signature", "v1," + signature);
      }
      var sent = body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
      var answer = HTTP.send(request.method(method, sent).build(), BodyHandlers.ofString());
      if (answer.statusCode() < 300) return answer.body();
      var isBusy = answer.statusCode() == 429 || answer.statusCode() == 503;
      if (!isBusy || left == 0) throw new Exception(answer.body());
      Thread.sleep(1000);
    }
  }

  // Enough JSON for here; take a library for more.
  static String field(String json, String name) {
    var found = Pattern.compile("\"" + name + "\":(\"[^\"]*\"|[0-9]+|\\{[^}]*\\})").matcher(json);
    return found.find() ? found.group(1).replaceAll("^\"|\"$", "") : "";
  }

  public static void main(String[] args) throws Exception {
    // Yours, where ISSUER_ID and ISSUER_SECRET are set: one address makes ten test issuers an hour.
    var issuerId = System.getenv("ISSUER_ID");
    secret = System.getenv().getOrDefault("ISSUER_SECRET", "");
    if (secret.isEmpty()) {
      var issuer = call("POST", "/v1/sandbox/issuers", "{\"callback\":{\"kind\":\"pull\"},\"codeMode\":\"push\"}");
      issuerId = field(issuer, "issuerId");
      secret = field(issuer, "secret");
      System.err.println("To go on with it: export ISSUER_ID=" + issuerId + " ISSUER_SECRET=" + secret);
    }
    var base = "/v1/issuers/" + issuerId;
    var order = call("POST", base + "/orders", """
        {"type":"order.payment","orderNo":"java-%s","product":{"id":"card","name":"Gift card"},
         "amount":{"value":1000,"currency":"EUR"}}""".formatted(Instant.now().getEpochSecond()));
    System.out.println("Placed. The buyer looks at " + field(order, "pickupUrl"));

    for (var type = ""; !type.equals("order.delivered"); ) {
      var message = call("GET", base + "/messages?limit=1&waitSeconds=20", "");
      type = field(message, "type");
      if (type.isEmpty()) continue;
      System.out.println(type);
      if (type.equals("order.paid")) {
        var path = base + "/orders/" + field(message, "orderNo");
        var named = "\"orderNo\":\"%s\",\"token\":\"%s\"".formatted(field(message, "orderNo"), field(message, "token"));
        call("POST", path + "/verification", "{\"type\":\"order.verification\",%s,\"quantity\":%s,\"amount\":%s}"
            .formatted(named, field(message, "quantity"), field(message, "amount")));
        // Only now does the code come into being. Keep it by its order: a message may come twice.
        var code = UUID.randomUUID().toString().toUpperCase();
        call("POST", path + "/codes", "{\"type\":\"order.codes\",%s,\"codes\":[{\"itemId\":\"1\",\"value\":\"%s\"}]}"
            .formatted(named, code));
      }
      call("POST", base + "/messages/acknowledgement",
          "{\"type\":\"messages.acknowledgement\",\"results\":[{\"id\":\"%s\"}]}".formatted(field(message, "id")));
    }
    System.out.println("Sold.");
  }
}
