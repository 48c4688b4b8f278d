<?php
// php sell.php: makes a test issuer, places an order, verifies it and gives its code.
$platform = getenv('CODEFERRY_URL') ?: 'https://codes.example.com';

// Sends what is signed; what is refused for a moment is repeated five times, the same bytes under the same id.
function call(string $method, string $path, ?array $body = null, ?array $issuer = null): array
{
    global $platform;
    $raw = $body === null ? '' : json_encode($body);
    $id = bin2hex(random_bytes(16));
    for ($left = 5; ; $left--) {
        $headers = ['content-type: application/json'];
        if ($issuer) {
            $at = time();
            $key = base64_decode(substr($issuer['secret'], strlen('whsec_')));
            $text = "$id.$at." . ($body === null ? "$method $path" : $raw);
            $signature = base64_encode(hash_hmac('sha256', $text, $key, true));
            array_push($headers, "webhook-id: $id", "webhook-timestamp: $at", "webhook-signature: v1,$signature");
        }
        $request = ['method' => $method, 'header' => $headers, 'content' => $raw, 'timeout' => 60, 'ignore_errors' => true];
        $answer = file_get_contents($platform . $path, false, stream_context_create(['http' => $request]));
        $status = (int) explode(' ', $http_response_header[0])[1];
        if ($status < 300) {
            return json_decode($answer, true);
        }
        if (($status !== 429 && $status !== 503) || $left === 0) {
            fwrite(STDERR, "$method $path: $answer\n");
            exit(1);
        }
        sleep(1);
    }
}

// Yours, where ISSUER_ID and ISSUER_SECRET are set: one address makes ten test issuers an hour.
$issuer = ['issuerId' => getenv('ISSUER_ID'), 'secret' => getenv('ISSUER_SECRET')];
if (!$issuer['secret']) {
    $issuer = call('POST', '/v1/sandbox/issuers', ['callback' => ['kind' => 'pull'], 'codeMode' => 'push']);
    fwrite(STDERR, "To go on with it: export ISSUER_ID={$issuer['issuerId']} ISSUER_SECRET={$issuer['secret']}\n");
}
$base = "/v1/issuers/{$issuer['issuerId']}";
$order = call('POST', "$base/orders", [
    'type' => 'order.payment',
    'orderNo' => 'php-' . time(),
    'product' => ['id' => 'card', 'name' => 'Gift card'],
    'amount' => ['value' => 1000, 'currency' => 'EUR'],
], $issuer);
echo "Placed. The buyer looks at {$order['pickupUrl']}\n";

$delivered = false;
while (!$delivered) {
    foreach (call('GET', "$base/messages?waitSeconds=20", null, $issuer)['data'] as $message) {
        $data = $message['data'];
        echo "{$message['type']}\n";
        if ($message['type'] === 'order.paid') {
            $named = ['orderNo' => $data['orderNo'], 'token' => $data['token']];
            $path = "$base/orders/{$data['orderNo']}";
            $facts = ['quantity' => $data['quantity'], 'amount' => $data['amount']];
            call('POST', "$path/verification", ['type' => 'order.verification'] + $named + $facts, $issuer);
            // Only now does the code come into being. Keep it by its order: a message may come twice.
            $codes = [['itemId' => '1', 'value' => strtoupper(bin2hex(random_bytes(8)))]];
            call('POST', "$path/codes", ['type' => 'order.codes'] + $named + ['codes' => $codes], $issuer);
        }
        $delivered = $delivered || $message['type'] === 'order.delivered';
        $taken = ['type' => 'messages.acknowledgement', 'results' => [['id' => $message['id']]]];
        call('POST', "$base/messages/acknowledgement", $taken, $issuer);
    }
}
echo "Sold.\n";
