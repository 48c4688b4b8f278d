// java Sell.java: makes a test issuer, places an order, verifies it and gives its code. It needs a JDK of 17 or newer.
// java Sell.java fetch: places none, and serves all that come, without end.
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Sell {
  static final String PLATFORM = System.getenv().getOrDefault("CODEFERRY_URL", "https://codes.example.com");
  static final HttpClient HTTP = HttpClient.newHttpClient();
  static String secret = "";

  // Sends what is signed; what is refused for a moment, or lost, is repeated five times, the same bytes under the same id.
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
      HttpResponse<String> answer = null;
      try {
        answer = HTTP.send(request.method(method, sent).build(), BodyHandlers.ofString());
      } catch (IOException noAnswer) {
        // Nothing is known: asked again.
      }
      var status = answer == null ? 0 : answer.statusCode();
      if (status >= 200 && status < 300 && status != 202) return answer.body();
      if ((status >= 300 && status < 500 && status != 429) || left == 0) {
        System.err.println(method + " " + path + ": " + (answer == null ? "no answer" : answer.body()));
        return "";
      }
      Thread.sleep(1000 * (answer == null ? 1 : answer.headers().firstValueAsLong("retry-after").orElse(1)));
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
      if (issuer.isEmpty()) System.exit(1);
      issuerId = field(issuer, "issuerId");
      secret = field(issuer, "secret");
      System.err.println("To go on with it: export ISSUER_ID=" + issuerId + " ISSUER_SECRET=" + secret);
    }
    var base = "/v1/issuers/" + issuerId;
    var isServing = args.length > 0 && args[0].equals("fetch");
    if (!isServing) {
      var order = call("POST", base + "/orders", """
          {"type":"order.payment","orderNo":"java-%s","product":{"id":"card","name":"Gift card"},
           "amount":{"value":1000,"currency":"EUR"}}""".formatted(Instant.now().getEpochSecond()));
      if (order.isEmpty()) System.exit(1);
      System.out.println("Placed. The buyer looks at " + field(order, "pickupUrl"));
    }

    var kept = new HashMap<String, List<String>>();
    for (var type = ""; isServing || !type.equals("order.delivered"); ) {
      var message = call("GET", base + "/messages?limit=1&waitSeconds=20", "");
      if (message.isEmpty()) System.exit(1);
      type = field(message, "type");
      if (type.isEmpty()) continue;
      System.out.println(type);
      if (type.equals("order.paid")) {
        var orderNo = field(message, "orderNo");
        var path = base + "/orders/" + orderNo;
        var named = "\"orderNo\":\"%s\",\"token\":\"%s\"".formatted(orderNo, field(message, "token"));
        var verified = call("POST", path + "/verification",
            "{\"type\":\"order.verification\",%s,\"quantity\":%s,\"amount\":%s}"
                .formatted(named, field(message, "quantity"), field(message, "amount")));
        if (!verified.isEmpty()) {
          // Only now do codes come into being, one a piece. Keep yours in a database: a message may come twice.
          var pieces = Integer.parseInt(field(message, "quantity"));
          var codes = kept.computeIfAbsent(orderNo, made -> IntStream.rangeClosed(1, pieces)
              .mapToObj(n -> "{\"itemId\":\"%d\",\"value\":\"%s\"}".formatted(n, UUID.randomUUID()))
              .toList());
          for (var from = 0; from < pieces; from += 200) {
            var some = String.join(",", codes.subList(from, Math.min(from + 200, pieces)));
            call("POST", path + "/codes", "{\"type\":\"order.codes\",%s,\"codes\":[%s]}".formatted(named, some));
          }
        }
      }
      call("POST", base + "/messages/acknowledgement",
          "{\"type\":\"messages.acknowledgement\",\"results\":[{\"id\":\"%s\"}]}".formatted(field(message, "id")));
    }
    System.out.println("Sold.");
  }
}
