<?php
// php sell.php: makes a test issuer, places an order, verifies it and gives its code.
// php sell.php fetch: places none, and serves all that come, without end.
$platform = getenv('CODEFERRY_URL') ?: 'https://codes.example.com';

// Sends what is signed; what is refused for a moment, or lost, is repeated five times, the same bytes under the same id.
function call(string $method, string $path, ?array $body = null, ?array $issuer = null): ?array
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
        $stream = @fopen($platform . $path, 'r', false, stream_context_create(['http' => $request]));
        $answer = $stream ? stream_get_contents($stream) : 'no answer';
        $lines = $stream ? stream_get_meta_data($stream)['wrapper_data'] : [];
        $status = (int) (explode(' ', $lines[0] ?? '')[1] ?? 0);
        if ($status >= 200 && $status < 300 && $status !== 202) {
            return json_decode($answer, true);
        }
        if (($status >= 300 && $status < 500 && $status !== 429) || $left === 0) {
            fwrite(STDERR, "$method $platform$path: $answer\n");
            return null;
        }
        preg_match('/^retry-after: (\d+)/im', implode("\n", $lines), $wait);
        sleep((int) ($wait[1] ?? 1));
    }
}

// Yours, where ISSUER_ID and ISSUER_SECRET are set: one address makes ten test issuers an hour.
$issuer = ['issuerId' => getenv('ISSUER_ID'), 'secret' => getenv('ISSUER_SECRET')];
if (!$issuer['secret']) {
    $issuer = call('POST', '/v1/sandbox/issuers', ['callback' => ['kind' => 'pull'], 'codeMode' => 'push']) ?? exit(1);
    fwrite(STDERR, "To go on with it: export ISSUER_ID={$issuer['issuerId']} ISSUER_SECRET={$issuer['secret']}\n");
}
$base = "/v1/issuers/{$issuer['issuerId']}";
$isServing = ($argv[1] ?? '') === 'fetch';
if (!$isServing) {
    $order = call('POST', "$base/orders", [
        'type' => 'order.payment',
        'orderNo' => 'php-' . time(),
        'product' => ['id' => 'card', 'name' => 'Gift card'],
        'amount' => ['value' => 1000, 'currency' => 'EUR'],
    ], $issuer) ?? exit(1);
    echo "Placed. The buyer looks at {$order['pickupUrl']}\n";
}

$delivered = false;
$kept = [];
while ($isServing || !$delivered) {
    foreach (call('GET', "$base/messages?waitSeconds=20", null, $issuer)['data'] ?? exit(1) as $message) {
        $data = $message['data'];
        echo "{$message['type']}\n";
        if ($message['type'] === 'order.paid') {
            $named = ['orderNo' => $data['orderNo'], 'token' => $data['token']];
            $path = "$base/orders/{$data['orderNo']}";
            $facts = ['quantity' => $data['quantity'], 'amount' => $data['amount']];
            if (call('POST', "$path/verification", ['type' => 'order.verification'] + $named + $facts, $issuer)) {
                // Only now do codes come into being, one a piece. Keep yours in a database: a message may come twice.
                $made = fn ($n) => ['itemId' => "$n", 'value' => strtoupper(bin2hex(random_bytes(8)))];
                $codes = $kept[$data['orderNo']] ??= array_map($made, range(1, $data['quantity']));
                foreach (array_chunk($codes, 200) as $some) {
                    call('POST', "$path/codes", ['type' => 'order.codes'] + $named + ['codes' => $some], $issuer);
                }
            }
        }
        $delivered = $delivered || $message['type'] === 'order.delivered';
        $taken = ['type' => 'messages.acknowledgement', 'results' => [['id' => $message['id']]]];
        call('POST', "$base/messages/acknowledgement", $taken, $issuer);
    }
}
echo "Sold.\n";
