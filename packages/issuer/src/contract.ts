// Made from openapi.json: npm run docs
export interface components {
    schemas: {
        "listOrders.query": {
            /** @enum {string} */
            state?: "accepted" | "notified" | "verified" | "partially_issued" | "issued" | "delivered" | "undeliverable" | "refused" | "expired" | "cancelled";
            /** @description The beginning of its number in any case, or its payment, payer or product by the whole id */
            q?: string;
            /** Format: date-time */
            createdAfter?: string;
            /**
             * Format: date-time
             * @description Ask with ten seconds of overlap
             */
            updatedAfter?: string;
            paymentId?: string;
            /** @default 20 */
            limit?: number;
            cursor?: string;
        };
        "listOrders.answer": components["schemas"]["OrderPage"];
        "placeOrder.body": {
            /** @constant */
            type: "order.payment";
            orderNo: string;
            product: {
                id: string;
                name: string;
                /** @description How its codes are redeemed: shown to the buyer before those of the issuer */
                instructions?: string;
            };
            /** @default 1 */
            quantity?: number;
            amount: {
                value: number;
                currency: string;
            };
            terminal?: {
                /** @constant */
                channel: "page";
                pin?: string;
            } | {
                /** @constant */
                channel: "webhook";
                url: string;
                secret?: string;
            } | {
                /** @constant */
                channel: "email";
                /** Format: email */
                address: string;
                language?: string;
                pin?: string;
            } | {
                /** @constant */
                channel: "sms";
                number: string;
                language?: string;
                pin?: string;
            };
            metadata?: {
                [key: string]: string;
            };
            payment?: {
                id: string;
                /** Format: date-time */
                paidAt?: string;
                payer?: string;
            };
        };
        "placeOrder.answer": components["schemas"]["Order"];
        "placeOrders.body": {
            /** @constant */
            type: "orders.bulk";
            orders: ({
                orderNo: string;
            } & {
                [key: string]: unknown;
            })[];
        };
        "placeOrders.answer": {
            results: components["schemas"]["BulkResult"][];
        };
        "readOrder.answer": components["schemas"]["Order"];
        "readTimeline.answer": components["schemas"]["Timeline"];
        "cancelOrder.body": {
            /** @constant */
            type: "order.cancellation";
            orderNo: string;
            token?: string;
            reason: string;
        };
        "cancelOrder.answer": components["schemas"]["Order"];
        "refuseOrder.body": {
            /** @constant */
            type: "order.refusal";
            orderNo: string;
            token: string;
            /** @enum {string} */
            reason: "out_of_stock" | "price_changed" | "product_unknown" | "account_invalid" | "other";
            detail?: string;
        };
        "refuseOrder.answer": components["schemas"]["Order"];
        "submitCodes.body": {
            /** @constant */
            type: "order.codes";
            orderNo: string;
            token: string;
            codes: components["schemas"]["CodeInput"][];
        };
        "submitCodes.answer": components["schemas"]["CodesTaken"];
        "verifyOrder.body": {
            /** @constant */
            type: "order.verification";
            orderNo: string;
            token: string;
            quantity: number;
            amount: {
                value: number;
                currency: string;
            };
        };
        "verifyOrder.answer": components["schemas"]["Verified"];
        "changeValidity.body": {
            /** @constant */
            type: "order.validity";
            orderNo: string;
            token: string;
            itemIds?: string[];
            /** Format: date-time */
            expiresAt: string;
        };
        "changeValidity.answer": components["schemas"]["Order"];
        "completeOrder.body": {
            /** @constant */
            type: "order.completion";
            orderNo: string;
            token: string;
            reason?: string;
        };
        "completeOrder.answer": components["schemas"]["Order"];
        "decideVoid.body": {
            /** @constant */
            type: "order.void_decision";
            orderNo: string;
            token: string;
            requestId: string;
            /** @enum {string} */
            decision: "destroyed" | "refused";
            /**
             * @description Needed when refused
             * @enum {string}
             */
            reason?: "redeemed" | "not_refundable" | "other";
            detail?: string;
        };
        "decideVoid.answer": components["schemas"]["Order"];
        "deliverAgain.body": {
            /** @constant */
            type: "order.delivery";
            orderNo: string;
            token: string;
            /** @description Another one only after a failed attempt */
            terminal?: {
                /** @constant */
                channel: "page";
                pin?: string;
            } | {
                /** @constant */
                channel: "webhook";
                url: string;
                secret?: string;
            } | {
                /** @constant */
                channel: "email";
                /** Format: email */
                address: string;
                language?: string;
                pin?: string;
            } | {
                /** @constant */
                channel: "sms";
                number: string;
                language?: string;
                pin?: string;
            };
            /** @description Ends the pick-up link that the order has */
            newLink?: boolean;
        };
        "deliverAgain.answer": components["schemas"]["Order"];
        "listItems.query": {
            /** @default 20 */
            limit?: number;
            cursor?: string;
        };
        "listItems.answer": components["schemas"]["ItemPage"];
        "listRedemptions.query": {
            /** @default 20 */
            limit?: number;
            cursor?: string;
        };
        "listRedemptions.answer": components["schemas"]["RedemptionPage"];
        "redeemItem.body": {
            /** @constant */
            type: "order.redemption";
            orderNo: string;
            token: string;
            /** @description Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it */
            redemptionId: string;
            itemId: string;
            /** @default 1 */
            uses?: number;
            /** Format: date-time */
            redeemedAt?: string;
            place?: string;
        };
        "redeemItem.answer": components["schemas"]["Redeemed"];
        "replaceCodes.body": {
            /** @constant */
            type: "order.replacement";
            orderNo: string;
            token: string;
            replacements: {
                itemId: string;
                code: components["schemas"]["CodeInput"];
                stillLive?: boolean;
            }[];
            reason: string;
        };
        "replaceCodes.answer": components["schemas"]["ReplacedBefore"] | components["schemas"]["Replaced"];
        "reverseRedemption.body": {
            /** @constant */
            type: "order.reversal";
            orderNo: string;
            token: string;
            /** @description Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it */
            redemptionId: string;
            reason?: string;
        };
        "reverseRedemption.answer": components["schemas"]["Reversed"];
        "settleRefund.body": {
            /** @constant */
            type: "order.refund_settlement";
            orderNo: string;
            token: string;
            /** @description Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it */
            settlementId: string;
            amount: {
                value: number;
                currency: string;
            };
            /** Format: date-time */
            settledAt?: string;
        };
        "settleRefund.answer": components["schemas"]["Order"];
        "voidItems.body": {
            /** @constant */
            type: "order.void";
            orderNo: string;
            token: string;
            itemIds?: string[];
            reason: string;
        };
        "voidItems.answer": components["schemas"]["Order"];
        "readEvents.query": {
            /** @description `nextCursor` of the page before; from the oldest on when left out */
            after?: string;
            /** @default 20 */
            limit?: number;
            /**
             * @description How long to wait for the next event
             * @default 0
             */
            waitSeconds?: number;
        };
        "readEvents.answer": {
            data: components["schemas"]["FeedEvent"][];
            /** @description Also of an empty page */
            nextCursor: string;
        };
        "acknowledgeMessages.body": {
            /** @constant */
            type: "messages.acknowledgement";
            results: {
                id: string;
                /** @description Left out: a 2xx without a body */
                answer?: {
                    [key: string]: unknown;
                };
            }[];
        };
        "acknowledgeMessages.answer": {
            acknowledged: number;
            problems: {
                id: string;
                code: "answer_unreadable" | components["schemas"]["ProblemCode"];
            }[];
        };
        "readMessages.query": {
            /** @default 20 */
            limit?: number;
            /**
             * @description How long to wait for the next message
             * @default 0
             */
            waitSeconds?: number;
        };
        "readMessages.answer": {
            data: components["schemas"]["GivenMessage"][];
        };
        "readReplay.answer": components["schemas"]["Replay"];
        "replayEvents.body": {
            /** @constant */
            type: "calls.replay";
            /** Format: date-time */
            since: string;
            types?: ("order.delivered" | "order.undeliverable" | "order.refused" | "order.expired" | "order.cancelled" | "order.refund_due" | "order.codes_void" | "order.item_replaced" | "order.redeemed" | "order.reversed" | "order.opened" | "order.terminal_changed" | "order.void_decided")[];
            /** @default false */
            dryRun?: boolean;
        };
        "replayEvents.answer": components["schemas"]["ReplayMatch"] | components["schemas"]["ReplayBegun"];
        "listConformance.answer": components["schemas"]["ConformanceRuns"];
        "startConformance.body": {
            /** @constant */
            type: "issuer.conformance";
            /** @description Names of scenarios; left out: all */
            only?: string[];
        };
        "startConformance.answer": components["schemas"]["ConformanceRun"];
        "readConformance.answer": components["schemas"]["ConformanceRun"];
        "readReconciliation.query": {
            cursor?: string;
        };
        "readReconciliation.answer": components["schemas"]["Reconciliation"];
        "reconcileOrders.query": {
            /**
             * Format: date-time
             * @description With `to`: orders created from then on that the list lacks are told
             */
            from?: string;
            /**
             * Format: date-time
             * @description Before this
             */
            to?: string;
        };
        "reconcileOrders.answer": components["schemas"]["Reconciliation"];
        "changeSelf.body": {
            /** @constant */
            type: "issuer.settings";
            callback?: {
                /** @constant */
                kind: "url";
                url: string;
            } | {
                /** @constant */
                kind: "function";
                name: string;
            } | {
                /** @constant */
                kind: "pull";
            };
            terminal?: {
                /** @constant */
                channel: "page";
                pin?: string;
            } | {
                /** @constant */
                channel: "webhook";
                url: string;
                secret?: string;
            } | {
                /** @constant */
                channel: "email";
                /** Format: email */
                address: string;
                language?: string;
                pin?: string;
            } | {
                /** @constant */
                channel: "sms";
                number: string;
                language?: string;
                pin?: string;
            };
            branding?: components["schemas"]["BrandingInput"];
            /** @description Shown to the server of its callback (mTLS); kept sealed, never given back */
            callCertificate?: {
                certificate: string;
                /** @description RSA of 2048 to 4096 bits, P-256, P-384, P-521 or Ed25519, in PEM, without a passphrase */
                key: string;
            } | null;
            /** @enum {string} */
            apiVersion?: "2026-11-28";
            signDeliveriesWithIssuerSecret?: boolean;
            buyerRefunds?: boolean;
            voidDecisionSeconds?: number;
            /** @enum {string} */
            voidUndecided?: "approve" | "person";
            holdWhileDeciding?: boolean;
            lastCallSeconds?: number;
        };
        "changeSelf.answer": components["schemas"]["Issuer"];
        "previewSelf.body": {
            /** @constant */
            type: "issuer.preview";
            branding?: components["schemas"]["BrandingInput"];
            codeInMessage?: boolean;
            /** @description The buyer’s, as a terminal names it */
            language?: string;
            product?: string;
            /** @default 1 */
            quantity?: number;
        };
        "previewSelf.answer": components["schemas"]["Preview"];
        "readChoices.answer": components["schemas"]["IssuerChoices"];
        "readSelf.answer": components["schemas"]["Issuer"];
        "replayMessage.body": {
            /** @constant */
            type: "message.replay";
        };
        "replayMessage.answer": {
            id: string;
        };
        "rotateOwnSecret.body": {
            /** @constant */
            type: "issuer.secret";
            /** @default false */
            endOldNow?: boolean;
        };
        "rotateOwnSecret.answer": components["schemas"]["NewSecret"];
        "checkCallbackProof.body": {
            /** @constant */
            type: "callback.proof";
            /** @description A callback address that is planned; left out: the one of today */
            url?: string;
        };
        "checkCallbackProof.answer": components["schemas"]["CallbackProof"];
        "readCallbackProof.query": {
            /** @description A callback address that is planned; left out: the one of today */
            url?: string;
        };
        "readCallbackProof.answer": components["schemas"]["CallbackProof"];
        "listOwnFailures.query": {
            /** @default 20 */
            limit?: number;
            cursor?: string;
        };
        "listOwnFailures.answer": components["schemas"]["FailurePage"];
        "echo.body": {
            [key: string]: unknown;
        };
        "echo.answer": components["schemas"]["Sent"];
        "readEcho.answer": components["schemas"]["EchoOutcome"];
        "listOwnCalls.query": {
            /** @default 20 */
            limit?: number;
            /** @enum {string} */
            failed?: "true" | "false";
        };
        "listOwnCalls.answer": components["schemas"]["IssuerCalls"];
        "readOwnCall.answer": components["schemas"]["OwnCall"];
        "createPortalLink.body": {
            /** @constant */
            type: "portal.link";
            /** @enum {string} */
            role: "viewer" | "admin";
            /** @default 600 */
            expiresInSeconds?: number;
            /** @description Who will use it; the audit log says it */
            name?: string;
        };
        "createPortalLink.answer": components["schemas"]["PortalLink"];
        "endPortalSessions.body": {
            /** @constant */
            type: "portal.sessions_end";
            sessionId?: string;
        };
        "endPortalSessions.answer": {
            ended: number;
        };
        "listPortalSessions.query": {
            /** @default 20 */
            limit?: number;
            cursor?: string;
        };
        "listPortalSessions.answer": components["schemas"]["PortalSessionPage"];
        "advanceSandboxClock.body": {
            /** @constant */
            type: "sandbox.clock";
            advanceSeconds: number;
        };
        "advanceSandboxClock.answer": components["schemas"]["ClockAdvanced"];
        "readSandboxInbox.answer": components["schemas"]["SandboxInbox"];
        "order.paid.message": components["schemas"]["OrderPaid"];
        "order.code_requested.message": components["schemas"]["OrderCodeRequested"];
        "order.code_requested.reply": components["schemas"]["CodeAnswerInput"];
        "order.closing.message": components["schemas"]["OrderClosing"];
        "order.closing.reply": components["schemas"]["CodeAnswerInput"];
        "order.void_requested.message": components["schemas"]["OrderVoidRequested"];
        "order.void_requested.reply": {
            /** @constant */
            status: "destroyed";
        } | {
            /** @constant */
            status: "refused";
            /** @enum {string} */
            reason: "redeemed" | "not_refundable" | "other";
            detail?: string;
        } | {
            /** @constant */
            status: "deciding";
        } | {
            /** @constant */
            status: "unknown";
        };
        "order.delivered.message": {
            /** @constant */
            type: "order.delivered";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.undeliverable.message": {
            /** @constant */
            type: "order.undeliverable";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.refused.message": {
            /** @constant */
            type: "order.refused";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.expired.message": {
            /** @constant */
            type: "order.expired";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.cancelled.message": {
            /** @constant */
            type: "order.cancelled";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.refund_due.message": {
            /** @constant */
            type: "order.refund_due";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.codes_void.message": {
            /** @constant */
            type: "order.codes_void";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.item_replaced.message": {
            /** @constant */
            type: "order.item_replaced";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.redeemed.message": {
            /** @constant */
            type: "order.redeemed";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.reversed.message": {
            /** @constant */
            type: "order.reversed";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.opened.message": {
            /** @constant */
            type: "order.opened";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.terminal_changed.message": {
            /** @constant */
            type: "order.terminal_changed";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "order.void_decided.message": {
            /** @constant */
            type: "order.void_decided";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
        };
        "echo.message": components["schemas"]["Echoed"];
        "code.delivered.message": components["schemas"]["CodeDelivered"];
        "code.void.message": components["schemas"]["CodeVoid"];
        StatementLine: {
            orderNo: string;
            paymentId?: string;
            /** @enum {string} */
            state: "accepted" | "notified" | "verified" | "partially_issued" | "issued" | "delivered" | "undeliverable" | "refused" | "expired" | "cancelled";
            product: string;
            quantity: number;
            amount: number;
            currency: string;
            issued: number;
            delivered: number;
            void: number;
            redeemed: number;
            refundDue?: number;
            refundSettled?: number;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            closedAt?: string;
        };
        ListedOrder: {
            orderNo: string;
            /** @enum {string} */
            state?: "accepted" | "notified" | "verified" | "partially_issued" | "issued" | "delivered" | "undeliverable" | "refused" | "expired" | "cancelled";
            amount?: number;
            currency?: string;
            issued?: number;
            refundSettled?: number;
        };
        OrderPage: {
            data: components["schemas"]["Order"][];
            nextCursor: string | null;
        };
        Order: {
            issuerId: string;
            orderNo: string;
            /** @enum {string} */
            state: "accepted" | "notified" | "verified" | "partially_issued" | "issued" | "delivered" | "undeliverable" | "refused" | "expired" | "cancelled";
            product: {
                id: string;
                name: string;
                /** @description How its codes are redeemed: shown to the buyer before those of the issuer */
                instructions?: string;
            };
            quantity: number;
            amount: {
                value: number;
                currency: string;
            };
            terminal: {
                channel: string;
                hint: string;
            };
            codes: {
                issued: number;
                outstanding: number;
            };
            /** @description Items by state; redeemed are the good ones with a use spent */
            items: {
                issued: number;
                delivered: number;
                void: number;
                replaced: number;
                redeemed: number;
            };
            delivery: {
                /** @enum {string} */
                state: "none" | "pending" | "sent" | "delivered" | "opened" | "bounced" | "failed";
                tries: number;
            };
            /** @description Whoever has it will see the codes */
            pickupUrl?: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            /** Format: date-time */
            verifyBy?: string;
            /**
             * Format: date-time
             * @description From the verification on
             */
            issueBy?: string;
            /** @enum {string} */
            closedReason?: "verify_window" | "issue_window" | "issuer_refused" | "issuer_cancelled" | "operator_cancelled" | "partially_issued" | "completed_short" | "all_void";
            /** @description Absent when nothing is due */
            refundDue?: {
                value: number;
                currency: string;
            };
            /** @description What the issuer said was paid back */
            refundSettled?: {
                value: number;
                currency: string;
            };
            /** @description The newest request to destroy codes, which their issuer decides */
            voidRequest?: {
                requestId: string;
                itemIds: string[];
                /** @enum {string} */
                state: "open" | "undecided" | "destroyed" | "refused";
                /** Format: date-time */
                decideBy: string;
            };
            metadata?: {
                [key: string]: string;
            };
            payment?: {
                id: string;
                /** Format: date-time */
                paidAt?: string;
                payer?: string;
            };
            /** @description Of the last event; 0 before the first */
            sequence: number;
            /** @description Calls that would now change or send something */
            actions: string[];
        };
        BulkResult: {
            orderNo: string;
            status: number;
            order?: components["schemas"]["Order"];
            problem?: components["schemas"]["Problem"];
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @description Decide by it */
            code: components["schemas"]["ProblemCode"];
            /** @description Whether the same request can be answered otherwise later */
            retryable: boolean;
            requestId: string;
            errors?: {
                /** @description JSON Pointer into the body, or / and the name of a query parameter */
                path: string;
                code: string;
                message: string;
            }[];
            /** @description The items that the refusal is about */
            itemIds?: string[];
        };
        /** @enum {string} */
        ProblemCode: "body_too_large" | "signature_invalid" | "operator_unauthorized" | "operator_forbidden" | "idempotency_mismatch" | "in_progress" | "media_type_unsupported" | "body_malformed" | "body_invalid" | "cursor_gone" | "order_unknown" | "issuer_unknown" | "call_unknown" | "message_unknown" | "reconciliation_unknown" | "path_unknown" | "method_not_allowed" | "order_conflict" | "order_closed" | "already_delivered" | "already_verified" | "not_issued" | "terminal_fixed" | "approval_unknown" | "call_pending" | "not_replayable" | "nothing_issued" | "not_delivered" | "code_redeemed" | "code_expired" | "code_not_started" | "uses_exhausted" | "code_held" | "void_pending" | "already_decided" | "already_opened" | "request_unknown" | "redemption_conflict" | "run_unknown" | "replay_unknown" | "redemption_unknown" | "settlement_conflict" | "refund_exceeded" | "item_unknown" | "origin_forbidden" | "code_void" | "pin_wrong" | "pin_locked" | "reveal_first" | "token_mismatch" | "amount_mismatch" | "quantity_mismatch" | "verification_locked" | "not_verified" | "code_conflict" | "code_reused" | "issuer_exists" | "not_url" | "not_pull" | "version_unknown" | "version_ended" | "not_live" | "callback_not_proved" | "issuer_paused" | "rate_limited" | "unavailable" | "statement_not_ready" | "internal";
        Timeline: {
            data: {
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                event: "accepted" | "notice_sent" | "notice_answered" | "verification_judged" | "code_requested" | "code_request_answered" | "codes_judged" | "delivery_tried" | "delivered" | "closed" | "event_sent" | "opened" | "receipt" | "completed" | "item_void" | "item_replaced" | "item_redeemed" | "item_reversed" | "validity_changed" | "refund_settled" | "payment_repeated" | "terminal_changed" | "void_requested" | "void_decided" | "note" | "resumed" | "attempt_lost" | "code_reported";
                detail: {
                    [key: string]: string | number | boolean | {
                        path: string;
                        code: string;
                    }[];
                };
            }[];
        };
        CodeInput: {
            itemId: string;
            value: string;
            secret?: string;
            /**
             * @default text
             * @enum {string}
             */
            format?: "text" | "url" | "qr" | "code128" | "code39" | "itf" | "ean13" | "ean8" | "upca" | "gs1-128" | "pdf417" | "aztec" | "datamatrix";
            /** @description How often it can be redeemed; 1 when left out */
            uses?: number;
            /** Format: date-time */
            startsAt?: string;
            /** Format: date-time */
            expiresAt?: string;
        };
        CodesTaken: {
            /** @description Codes of this call that the order now holds, old and new */
            accepted: number;
            /** @description Codes that it still lacks */
            outstanding: number;
        };
        Verified: {
            /** @constant */
            verdict: "verified";
            orderNo: string;
            /** Format: date-time */
            verifiedAt: string;
            /** Format: date-time */
            issueBy: string;
        };
        ItemPage: {
            data: components["schemas"]["Item"][];
            nextCursor: string | null;
        };
        Item: {
            itemId: string;
            /** @enum {string} */
            state: "issued" | "delivered" | "void" | "replaced";
            uses: number;
            usesLeft: number;
            held: boolean;
            /** Format: date-time */
            startsAt?: string;
            /** Format: date-time */
            expiresAt?: string;
            /** Format: date-time */
            deliveredAt?: string;
            /** Format: date-time */
            openedAt?: string;
            replacedBy?: string;
            replaces?: string;
            /** @description It was replaced, and its code could not be destroyed */
            maybeLive?: boolean;
        };
        RedemptionPage: {
            data: components["schemas"]["Redemption"][];
            nextCursor: string | null;
        };
        Redemption: {
            /** @description Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it */
            redemptionId: string;
            itemId: string;
            uses: number;
            /** @description Once it was redeemed, as its call was told */
            usesLeft: number;
            /** Format: date-time */
            at: string;
            place?: string;
            /** Format: date-time */
            reversedAt?: string;
        };
        Redeemed: {
            /** @description Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it */
            redemptionId: string;
            itemId: string;
            uses: number;
            usesLeft: number;
        };
        ReplacedBefore: {
            replaced: number;
        };
        Replaced: {
            replaced: number;
        };
        Reversed: {
            /** @description Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it */
            redemptionId: string;
            itemId: string;
            usesLeft: number;
        };
        FeedEvent: {
            /** @enum {string} */
            type: "order.delivered" | "order.undeliverable" | "order.refused" | "order.expired" | "order.cancelled" | "order.refund_due" | "order.codes_void" | "order.item_replaced" | "order.redeemed" | "order.reversed" | "order.opened" | "order.terminal_changed" | "order.void_decided";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
            /** @description The `webhook-id` of its callback */
            id: string;
        };
        OrderEventData: {
            issuerId: string;
            orderNo: string;
            /** @description Counts the events of the order from 1 without gaps; they may arrive out of order */
            sequence: number;
            /** Format: date-time */
            at: string;
            /**
             * @description Of the order, after it
             * @enum {string}
             */
            state: "accepted" | "notified" | "verified" | "partially_issued" | "issued" | "delivered" | "undeliverable" | "refused" | "expired" | "cancelled";
            /** @enum {string} */
            closedReason?: "verify_window" | "issue_window" | "issuer_refused" | "issuer_cancelled" | "operator_cancelled" | "partially_issued" | "completed_short" | "all_void";
            refundDue?: {
                value: number;
                currency: string;
            };
            /** @description Of `order.refund_due` */
            payment?: {
                id: string;
                /** Format: date-time */
                paidAt?: string;
                payer?: string;
            };
            /** @description The items that it is about */
            itemIds?: string[];
            /** @description Of `order.item_replaced` */
            replaces?: {
                itemId: string;
                by: string;
            }[];
            /** @description Of `order.redeemed` and `order.reversed` */
            redemptionId?: string;
            /** @description Of `order.void_decided` */
            requestId?: string;
            /** @enum {string} */
            decision?: "destroyed" | "refused";
            /**
             * @description Why it was refused
             * @enum {string}
             */
            reason?: "redeemed" | "not_refundable" | "other";
            /**
             * @description Who changed the terminal, or what ended the request
             * @enum {string}
             */
            by?: "issuer" | "operator" | "redemption" | "timeout";
            /** @description Of `order.terminal_changed` */
            terminal?: {
                channel: string;
                hint: string;
            };
            /** @description What it has that the one before had not, or not so, such as `pin` */
            secretsSet?: string[];
            /** @description What the one before had, and it has not */
            secretsDropped?: string[];
        };
        GivenMessage: components["schemas"]["GivenOrderPaid"] | components["schemas"]["GivenCodeRequested"] | components["schemas"]["GivenOrderClosing"] | components["schemas"]["GivenVoidRequested"] | components["schemas"]["GivenEvent"];
        GivenOrderPaid: {
            /** @constant */
            type: "order.paid";
            /** Format: date-time */
            timestamp: string;
            data: {
                issuerId: string;
                orderNo: string;
                token: string;
                product: {
                    id: string;
                    name: string;
                    /** @description How its codes are redeemed: shown to the buyer before those of the issuer */
                    instructions?: string;
                };
                quantity: number;
                amount: {
                    value: number;
                    currency: string;
                };
                metadata: {
                    [key: string]: string;
                };
                payment?: {
                    id: string;
                    /** Format: date-time */
                    paidAt?: string;
                    payer?: string;
                };
                /** Format: date-time */
                verifyBy: string;
                verificationUrl: string;
                codesUrl: string;
                refusalUrl: string;
            };
            /** @description The `webhook-id` that a callback would have */
            id: string;
            attempt: number;
        };
        GivenCodeRequested: {
            /** @constant */
            type: "order.code_requested";
            /** Format: date-time */
            timestamp: string;
            data: {
                issuerId: string;
                orderNo: string;
                token: string;
                product: {
                    id: string;
                    name: string;
                    /** @description How its codes are redeemed: shown to the buyer before those of the issuer */
                    instructions?: string;
                };
                quantity: number;
                /** @description Codes that the order lacked when the message was made */
                outstanding: number;
                metadata: {
                    [key: string]: string;
                };
                /** Format: date-time */
                verifyBy: string;
                /** Format: date-time */
                issueBy: string;
                verificationUrl: string;
                codesUrl: string;
                refusalUrl: string;
            };
            /** @description The `webhook-id` that a callback would have */
            id: string;
            attempt: number;
        };
        GivenOrderClosing: {
            /** @constant */
            type: "order.closing";
            /** Format: date-time */
            timestamp: string;
            data: {
                issuerId: string;
                orderNo: string;
                token: string;
                product: {
                    id: string;
                    name: string;
                    /** @description How its codes are redeemed: shown to the buyer before those of the issuer */
                    instructions?: string;
                };
                quantity: number;
                /** @description Codes that the order lacked when the message was made */
                outstanding: number;
                metadata: {
                    [key: string]: string;
                };
                /** Format: date-time */
                verifyBy: string;
                /** Format: date-time */
                issueBy: string;
                verificationUrl: string;
                codesUrl: string;
                refusalUrl: string;
                /**
                 * Format: date-time
                 * @description What comes later is too late
                 */
                closesBy: string;
            };
            /** @description The `webhook-id` that a callback would have */
            id: string;
            attempt: number;
        };
        GivenVoidRequested: {
            /** @constant */
            type: "order.void_requested";
            /** Format: date-time */
            timestamp: string;
            data: {
                issuerId: string;
                orderNo: string;
                token: string;
                requestId: string;
                itemIds: string[];
                reason: string;
                /** Format: date-time */
                decideBy: string;
                decisionUrl: string;
            };
            /** @description The `webhook-id` that a callback would have */
            id: string;
            attempt: number;
        };
        GivenEvent: {
            /** @enum {string} */
            type: "order.delivered" | "order.undeliverable" | "order.refused" | "order.expired" | "order.cancelled" | "order.refund_due" | "order.codes_void" | "order.item_replaced" | "order.redeemed" | "order.reversed" | "order.opened" | "order.terminal_changed" | "order.void_decided";
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["OrderEventData"];
            /** @description The `webhook-id` that a callback would have */
            id: string;
            attempt: number;
        };
        Replay: {
            replayId: string;
            /** @enum {string} */
            state: "running" | "done";
            /** @description Events that were not taken since then */
            matched: number;
            /** @description Attempts; of an issuer that fetches, what it may fetch again */
            sent: number;
            taken: number;
        };
        ReplayMatch: {
            /** @description Events that were not taken since then */
            matched: number;
        };
        ReplayBegun: {
            replayId: string;
            /** @description Events that were not taken since then */
            matched: number;
        };
        ConformanceRuns: {
            data: components["schemas"]["ConformanceSummary"][];
        };
        ConformanceSummary: {
            runId: string;
            /**
             * @description passed: no required scenario failed. stopped: it was not played to its end; begin another
             * @enum {string}
             */
            state: "running" | "passed" | "failed" | "stopped";
            /** @description Who began it: an operator, the issuer, or a person at its own page */
            by: string;
            /** Format: date-time */
            startedAt: string;
            /** Format: date-time */
            endedAt?: string;
            /** @description Played alone: such a run lets nobody go live */
            only?: string[];
            /** @description How many it plays; of one that has ended: played */
            scenarios: number;
            /** @description Hints: failed, and not required. Skipped: of another kind of issuer */
            counts: {
                passed: number;
                failed: number;
                hints: number;
                skipped: number;
            };
        };
        ConformanceRun: {
            runId: string;
            /**
             * @description passed: no required scenario failed. stopped: it was not played to its end; begin another
             * @enum {string}
             */
            state: "running" | "passed" | "failed" | "stopped";
            /** @description Who began it: an operator, the issuer, or a person at its own page */
            by: string;
            /** Format: date-time */
            startedAt: string;
            /** Format: date-time */
            endedAt?: string;
            /** @description Played alone: such a run lets nobody go live */
            only?: string[];
            /** @description How many it plays; of one that has ended: played */
            scenarios: number;
            /** @description Hints: failed, and not required. Skipped: of another kind of issuer */
            counts: {
                passed: number;
                failed: number;
                hints: number;
                skipped: number;
            };
            results: {
                /** @description Stable */
                name: string;
                /** @enum {string} */
                outcome: "passed" | "failed" | "skipped";
                required: boolean;
                /** @description What went to the issuer: never a token or a signature */
                sent: string[];
                /** @description Its answers and calls: never a code */
                came: string[];
                expected: string;
                /** @description Where it did something else */
                problem?: string;
                /** @description How that is mended */
                fix?: string;
                /** @description Of one that was skipped */
                why?: string;
                tookMs: number;
            }[];
            /** @description Signed by the platform, for whoever wants to check it */
            report?: {
                /** @description JSON, as it was signed: an in-toto statement of a test result */
                statement: string;
                /** @description Of `GET /v1/keys` */
                keyId: string;
                id: string;
                /** @description Seconds */
                timestamp: number;
                /** @description `v1a` over `{id}.{timestamp}.{statement}` */
                signature: string;
            };
        };
        Reconciliation: {
            reconciliationId: string;
            /** @description Lines */
            compared: number;
            /** @description Lines without a difference */
            equal: number;
            differences: {
                orderNo: string;
                /** @enum {string} */
                kind: "missing_here" | "missing_there" | "amount" | "state" | "issued" | "refund";
                /** @description What differs here; `null`: no such order */
                ours: components["schemas"]["ComparedFacts"] | null;
                theirs: components["schemas"]["ComparedFacts"] | null;
            }[];
            nextCursor: string | null;
        };
        ComparedFacts: {
            /** @enum {string} */
            state?: "accepted" | "notified" | "verified" | "partially_issued" | "issued" | "delivered" | "undeliverable" | "refused" | "expired" | "cancelled";
            amount?: number;
            currency?: string;
            issued?: number;
            refundSettled?: number;
        };
        BrandingInput: {
            displayName: string;
            color?: string;
            /** @description A data URI of a PNG or SVG of at most 100 KiB; lists leave it out */
            logo?: string;
            /** Format: email */
            supportEmail?: string;
            supportUrl?: string;
            instructions?: {
                [key: string]: string;
            };
            /** @description Of messages to buyers whose terminal names none; left out: English */
            language?: string;
            /** @description What messages say in own words, by language; `{product}` and the like are filled in */
            messages?: {
                [key: string]: {
                    subject?: string;
                    text?: string;
                    button?: string;
                    sms?: string;
                };
            };
        };
        Issuer: {
            issuerId: string;
            name: string;
            /** @enum {string} */
            state: "active" | "paused" | "not_live" | "not_proved";
            callback: {
                /** @constant */
                kind: "url";
                url: string;
            } | {
                /** @constant */
                kind: "function";
                name: string;
            } | {
                /** @constant */
                kind: "pull";
            };
            /** @enum {string} */
            codeMode: "request" | "push";
            /** @description The preset one of its orders */
            terminal?: {
                channel: string;
            } & {
                [key: string]: string;
            };
            verifyWindowSeconds: number;
            issueWindowSeconds: number;
            publicKey?: string;
            noticeDelaysSeconds?: number[];
            eventDelaysSeconds?: number[];
            deliveryDelaysSeconds?: number[];
            /** @constant */
            signDeliveriesWithIssuerSecret?: true;
            /** @constant */
            codeInMessage?: true;
            branding?: components["schemas"]["Branding"];
            buyerRefunds?: boolean;
            voidDecisionSeconds?: number;
            /** @enum {string} */
            voidUndecided?: "approve" | "person";
            holdWhileDeciding?: boolean;
            lastCallSeconds?: number;
            callsAtOnce?: number;
            /** @description Of one callback; 8 unless it is set */
            callTimeoutSeconds?: number;
            /** @description Their names */
            callHeaders?: string[];
            callCa?: string;
            /** @description What is shown of it; the fingerprint is SHA-256 */
            callCertificate?: {
                subject: string;
                fingerprint: string;
                /** Format: date-time */
                endsAt: string;
            };
            /** @description New orders that one api process takes */
            ordersPerSecond?: number;
            /** @description The version of the contract that counts for it */
            apiVersion: string;
            /**
             * @description Of the sandbox
             * @constant
             */
            mode?: "test";
            /** Format: date-time */
            createdAt: string;
            /**
             * Format: date-time
             * @description Of a test issuer: it is deleted then
             */
            endsAt?: string;
        };
        Branding: {
            displayName: string;
            color?: string;
            /** @description A data URI of a PNG or SVG of at most 100 KiB; lists leave it out */
            logo?: string;
            /** Format: email */
            supportEmail?: string;
            supportUrl?: string;
            instructions?: {
                [key: string]: string;
            };
            /** @description Of messages to buyers whose terminal names none; left out: English */
            language?: string;
            /** @description What messages say in own words, by language; `{product}` and the like are filled in */
            messages?: {
                [key: string]: {
                    subject?: string;
                    text?: string;
                    button?: string;
                    sms?: string;
                };
            };
        };
        Preview: {
            mail: {
                fromName: string;
                subject: string;
                text: string;
                html: string;
            };
            sms: {
                text: string;
                /** @description As how many single messages it is sent, and paid */
                parts: number;
            };
            page: {
                /** @description A whole document that loads nothing */
                html: string;
            };
        };
        IssuerChoices: {
            /** @description What `terminal` may be of */
            channels: {
                channel: string;
                label: string;
                /** @description Its orders have a pick-up link */
                hasPage: boolean;
                /** @description Absent where a channel needs none */
                address?: {
                    field: string;
                    label: string;
                    /** @enum {string} */
                    kind: "url" | "email" | "tel";
                    placeholder?: string;
                };
                /** @description Fields that are never shown, such as `pin` */
                secrets?: string[];
            }[];
            /** @description What `apiVersion` may be, the oldest first; from `endsAt` on calls are refused */
            versions: {
                date: string;
                /** Format: date-time */
                deprecatedAt?: string;
                /** Format: date-time */
                endsAt?: string;
            }[];
        };
        NewSecret: {
            secret: string;
            /** Format: date-time */
            oldSecretEndsAt: string;
        };
        CallbackProof: {
            host: string;
            /** @description Whether the platform calls proved hosts alone */
            required: boolean;
            proved?: {
                /** @enum {string} */
                by: "dns" | "file";
                /** Format: date-time */
                at: string;
            };
            /** @description A TXT record that proves it; none for a host without a name */
            dns?: {
                name: string;
                txt: string;
            };
            /** @description A file that proves it */
            file: {
                url: string;
                content: string;
            };
            /** @description The newest one of this host */
            check?: {
                /** Format: date-time */
                askedAt: string;
                /** Format: date-time */
                checkedAt?: string;
                /** @description `found`, `wrong`, or why nothing was found */
                dns?: string;
                /** @description `found`, `wrong`, or why nothing was found */
                file?: string;
            };
        };
        FailurePage: {
            data: components["schemas"]["Failure"][];
            nextCursor: string | null;
        };
        Failure: {
            orderNo: string;
            /** Format: date-time */
            since: string;
            /** @enum {string} */
            kind: "not_notified" | "not_answered" | "answer_unreadable" | "undeliverable" | "event_given_up" | "void_undecided";
            /** @description Of the last answer */
            lastStatus?: number;
            /** @description Of `answer_unreadable`: where, and why */
            errors?: {
                path: string;
                code: string;
            }[];
        };
        Sent: {
            /** @constant */
            status: "sent";
        };
        EchoOutcome: {
            /** @enum {string} */
            state: "none" | "sent" | "answered" | "failed";
            /** Format: date-time */
            sentAt?: string;
            problem?: string;
        };
        IssuerCalls: {
            orders: number;
            summary: {
                calls: number;
                failed: number;
                took: components["schemas"]["Percentiles"];
                /** Format: date-time */
                lastOk?: string;
                /** Format: date-time */
                lastFailed?: string;
            };
            circuits: components["schemas"]["Circuit"][];
            throttled: number;
            data: components["schemas"]["IssuerCall"][];
        };
        /** @description Times that were really measured; null where there was none */
        Percentiles: {
            count: number;
            p50Ms: number | null;
            p95Ms: number | null;
            p99Ms: number | null;
        };
        Circuit: {
            /** @description An issuer, `terminal:` with an issuer and what fails together, or `host:` with one that cannot be reached */
            key: string;
            /** @enum {string} */
            state: "closed" | "open" | "half_open";
            calls: number;
            failures: number;
            /** @description How many see it so */
            workers: number;
        };
        IssuerCall: {
            callId: string;
            /** Format: date-time */
            at: string;
            orderNo: string;
            /** @enum {string} */
            direction: "to_issuer" | "from_issuer" | "to_terminal";
            kind: string;
            ok: boolean;
            try?: number;
            status?: number;
            problem?: string;
            tookMs?: number;
            /** @description Its webhook-id */
            message?: string;
            /**
             * @description An operator sent it again
             * @constant
             */
            replay?: true;
        };
        OwnCall: {
            issuerId: string;
            callId: string;
            /** Format: date-time */
            at: string;
            orderNo: string;
            /** @enum {string} */
            direction: "to_issuer" | "from_issuer" | "to_terminal";
            kind: string;
            ok: boolean;
            try?: number;
            status?: number;
            problem?: string;
            tookMs?: number;
            /** @description Its webhook-id */
            message?: string;
            /**
             * @description An operator sent it again
             * @constant
             */
            replay?: true;
            request: components["schemas"]["CallSide"];
            answer: components["schemas"]["CallSide"];
            /** @description The codes came as the answer to this message */
            partOf?: string;
        };
        CallSide: {
            status?: number;
            /** @description The JSON of the wire as far as it is kept, secrets masked */
            body?: components["schemas"]["Json"];
            /** @description JSON Pointers; an empty one is the whole body */
            notKept: string[];
        };
        /** @description Any JSON */
        Json: unknown;
        PortalLink: {
            url: string;
            /** Format: date-time */
            expiresAt: string;
        };
        PortalSessionPage: {
            data: components["schemas"]["PortalSession"][];
            nextCursor: string | null;
        };
        PortalSession: {
            sessionId: string;
            name: string;
            /** @enum {string} */
            role: "viewer" | "admin";
            /** Format: date-time */
            startedAt: string;
            /**
             * Format: date-time
             * @description Its last use, to a minute
             */
            seenAt: string;
            /**
             * Format: date-time
             * @description The latest; without use it ends earlier
             */
            endsAt: string;
            /** @description The one that asks */
            isThis: boolean;
        };
        ClockAdvanced: {
            orders: number;
        };
        SandboxInbox: {
            data: {
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                channel: "page" | "webhook" | "email" | "sms";
                to: string;
                subject?: string;
                text: string;
            }[];
        };
        OrderPaid: {
            /** @constant */
            type: "order.paid";
            /** Format: date-time */
            timestamp: string;
            data: {
                issuerId: string;
                orderNo: string;
                token: string;
                product: {
                    id: string;
                    name: string;
                    /** @description How its codes are redeemed: shown to the buyer before those of the issuer */
                    instructions?: string;
                };
                quantity: number;
                amount: {
                    value: number;
                    currency: string;
                };
                metadata: {
                    [key: string]: string;
                };
                payment?: {
                    id: string;
                    /** Format: date-time */
                    paidAt?: string;
                    payer?: string;
                };
                /** Format: date-time */
                verifyBy: string;
                verificationUrl: string;
                codesUrl: string;
                refusalUrl: string;
            };
        };
        OrderCodeRequested: {
            /** @constant */
            type: "order.code_requested";
            /** Format: date-time */
            timestamp: string;
            data: {
                issuerId: string;
                orderNo: string;
                token: string;
                product: {
                    id: string;
                    name: string;
                    /** @description How its codes are redeemed: shown to the buyer before those of the issuer */
                    instructions?: string;
                };
                quantity: number;
                /** @description Codes that the order lacked when the message was made */
                outstanding: number;
                metadata: {
                    [key: string]: string;
                };
                /** Format: date-time */
                verifyBy: string;
                /** Format: date-time */
                issueBy: string;
                verificationUrl: string;
                codesUrl: string;
                refusalUrl: string;
            };
        };
        CodeAnswerInput: {
            /** @constant */
            status: "issued";
            codes: components["schemas"]["CodeInput"][];
        } | {
            /** @constant */
            status: "issuing";
        } | {
            /** @constant */
            status: "refused";
            /** @enum {string} */
            reason: "out_of_stock" | "price_changed" | "product_unknown" | "account_invalid" | "other";
            detail?: string;
        };
        OrderClosing: {
            /** @constant */
            type: "order.closing";
            /** Format: date-time */
            timestamp: string;
            data: {
                issuerId: string;
                orderNo: string;
                token: string;
                product: {
                    id: string;
                    name: string;
                    /** @description How its codes are redeemed: shown to the buyer before those of the issuer */
                    instructions?: string;
                };
                quantity: number;
                /** @description Codes that the order lacked when the message was made */
                outstanding: number;
                metadata: {
                    [key: string]: string;
                };
                /** Format: date-time */
                verifyBy: string;
                /** Format: date-time */
                issueBy: string;
                verificationUrl: string;
                codesUrl: string;
                refusalUrl: string;
                /**
                 * Format: date-time
                 * @description What comes later is too late
                 */
                closesBy: string;
            };
        };
        OrderVoidRequested: {
            /** @constant */
            type: "order.void_requested";
            /** Format: date-time */
            timestamp: string;
            data: {
                issuerId: string;
                orderNo: string;
                token: string;
                requestId: string;
                itemIds: string[];
                reason: string;
                /** Format: date-time */
                decideBy: string;
                decisionUrl: string;
            };
        };
        Echoed: {
            /** @constant */
            type: "echo";
            /** Format: date-time */
            timestamp: string;
            data: {
                [key: string]: unknown;
            };
        };
        CodeDelivered: {
            /** @constant */
            type: "code.delivered";
            /** Format: date-time */
            timestamp: string;
            data: {
                issuerId: string;
                orderNo: string;
                product: {
                    id: string;
                    name: string;
                    /** @description How its codes are redeemed: shown to the buyer before those of the issuer */
                    instructions?: string;
                };
                /** @description Of more than 200 codes: the order is complete when all parts came */
                part?: {
                    n: number;
                    of: number;
                };
                /** @description The items that these codes are in the place of */
                replaces?: {
                    itemId: string;
                    by: string;
                }[];
                codes: components["schemas"]["Code"][];
            };
        };
        Code: {
            itemId: string;
            value: string;
            secret?: string;
            /**
             * @default text
             * @enum {string}
             */
            format: "text" | "url" | "qr" | "code128" | "code39" | "itf" | "ean13" | "ean8" | "upca" | "gs1-128" | "pdf417" | "aztec" | "datamatrix";
            /** @description How often it can be redeemed; 1 when left out */
            uses?: number;
            /** Format: date-time */
            startsAt?: string;
            /** Format: date-time */
            expiresAt?: string;
        };
        CodeVoid: {
            /** @constant */
            type: "code.void";
            /** Format: date-time */
            timestamp: string;
            data: {
                issuerId: string;
                orderNo: string;
                itemIds: string[];
            };
        };
    };
}

/** Whatever the platform sends, by its type. */
export interface Messages {
  'order.paid': components['schemas']['order.paid.message'];
  'order.code_requested': components['schemas']['order.code_requested.message'];
  'order.closing': components['schemas']['order.closing.message'];
  'order.void_requested': components['schemas']['order.void_requested.message'];
  'order.delivered': components['schemas']['order.delivered.message'];
  'order.undeliverable': components['schemas']['order.undeliverable.message'];
  'order.refused': components['schemas']['order.refused.message'];
  'order.expired': components['schemas']['order.expired.message'];
  'order.cancelled': components['schemas']['order.cancelled.message'];
  'order.refund_due': components['schemas']['order.refund_due.message'];
  'order.codes_void': components['schemas']['order.codes_void.message'];
  'order.item_replaced': components['schemas']['order.item_replaced.message'];
  'order.redeemed': components['schemas']['order.redeemed.message'];
  'order.reversed': components['schemas']['order.reversed.message'];
  'order.opened': components['schemas']['order.opened.message'];
  'order.terminal_changed': components['schemas']['order.terminal_changed.message'];
  'order.void_decided': components['schemas']['order.void_decided.message'];
  'echo': components['schemas']['echo.message'];
  'code.delivered': components['schemas']['code.delivered.message'];
  'code.void': components['schemas']['code.void.message'];
}

/** What an issuer says of one order, by the last part of the path: the operation, and the body’s type. */
export const orderCalls = {
  cancellation: { operation: 'cancelOrder', type: 'order.cancellation' },
  refusal: { operation: 'refuseOrder', type: 'order.refusal' },
  codes: { operation: 'submitCodes', type: 'order.codes' },
  verification: { operation: 'verifyOrder', type: 'order.verification' },
  validity: { operation: 'changeValidity', type: 'order.validity' },
  completion: { operation: 'completeOrder', type: 'order.completion' },
  'void-decision': { operation: 'decideVoid', type: 'order.void_decision' },
  delivery: { operation: 'deliverAgain', type: 'order.delivery' },
  redemptions: { operation: 'redeemItem', type: 'order.redemption' },
  replacement: { operation: 'replaceCodes', type: 'order.replacement' },
  reversals: { operation: 'reverseRedemption', type: 'order.reversal' },
  'refund-settlement': { operation: 'settleRefund', type: 'order.refund_settlement' },
  void: { operation: 'voidItems', type: 'order.void' },
} as const;
