/// The first schema. Times are microseconds since 1970 (UTC); flags are 0 or 1; states are the raw values of
/// `Campaigns`. Foreign keys name the account as well, so that a row can never point into another account.
///
/// Longer than our usual file, because a schema is read as one.
extension Migration {
    static let foundation = Migration(number: 1, subject: "Foundation") { dialect in
        accounts(dialect) + senders(dialect) + recipients(dialect) + campaigns(dialect) + ledger(dialect)
    }

    private static func accounts(_ dialect: Dialect) -> [SQL] {
        [
            """
            CREATE TABLE account (
                id \(dialect.identity), name TEXT NOT NULL, postal_address TEXT NOT NULL DEFAULT '',
                recipients BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL)
            """,
            // user_key and email_key: case-folded, so that nobody can register a look-alike in other letters.
            """
            CREATE TABLE users (
                id \(dialect.identity),
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                user_name TEXT NOT NULL, user_key TEXT NOT NULL UNIQUE,
                email TEXT NOT NULL, email_key TEXT NOT NULL UNIQUE,
                password_hash TEXT NOT NULL,
                is_administrator BIGINT NOT NULL DEFAULT 0 CHECK (is_administrator IN (0, 1)),
                is_active BIGINT NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
                created_at BIGINT NOT NULL, last_login_at BIGINT)
            """,
            "CREATE INDEX users_of_account ON users (account_id, id)",
            // Only a hash of the token is kept: reading this table gives nobody a session.
            """
            CREATE TABLE session (
                token_hash \(dialect.blob) NOT NULL PRIMARY KEY,
                user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
                csrf TEXT NOT NULL, flash TEXT NOT NULL DEFAULT '',
                created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)
            """,
            "CREATE INDEX session_of_user ON session (user_id)",
            "CREATE INDEX session_expiry ON session (expires_at)",
            // What was tried (login, registration) by whom (an address), for sliding limits that survive a restart.
            "CREATE TABLE tried (action TEXT NOT NULL, subject TEXT NOT NULL, at BIGINT NOT NULL)",
            "CREATE INDEX tried_by ON tried (action, subject, at)",
        ]
    }

    private static func senders(_ dialect: Dialect) -> [SQL] {
        [
            // password: sealed (AES-256-GCM) with this row as associated data.
            """
            CREATE TABLE sender (
                id \(dialect.identity),
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                name TEXT NOT NULL DEFAULT '',
                kind TEXT NOT NULL DEFAULT 'rehearsal' CHECK (kind IN ('rehearsal', 'smtp')),
                smtp_host TEXT NOT NULL DEFAULT '', smtp_port BIGINT NOT NULL DEFAULT 587,
                smtp_security TEXT NOT NULL DEFAULT 'starttls' CHECK (smtp_security IN ('none', 'starttls', 'tls')),
                smtp_username TEXT NOT NULL DEFAULT '', smtp_password \(dialect.blob),
                verifies_certificate BIGINT NOT NULL DEFAULT 1 CHECK (verifies_certificate IN (0, 1)),
                from_name TEXT NOT NULL DEFAULT '', from_email TEXT NOT NULL DEFAULT '',
                max_per_hour BIGINT NOT NULL DEFAULT 1000 CHECK (max_per_hour > 0),
                max_connections BIGINT NOT NULL DEFAULT 8 CHECK (max_connections BETWEEN 1 AND 500),
                unknown_policy TEXT NOT NULL DEFAULT 'hold' CHECK (unknown_policy IN ('hold', 'resend', 'assume')),
                paused_reason TEXT NOT NULL DEFAULT '', paused_at BIGINT,
                revision BIGINT NOT NULL DEFAULT 1,
                created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
                UNIQUE (account_id, id))
            """,
            // How many messages ended in each second: what the hourly limit is counted from.
            """
            CREATE TABLE sender_usage (
                account_id BIGINT NOT NULL, sender_id BIGINT NOT NULL, second BIGINT NOT NULL, messages BIGINT NOT NULL,
                PRIMARY KEY (account_id, sender_id, second),
                FOREIGN KEY (account_id, sender_id) REFERENCES sender (account_id, id) ON DELETE CASCADE)
            """,
        ]
    }

    private static func recipients(_ dialect: Dialect) -> [SQL] {
        [
            // search: all nine fields, folded, a line each (RecipientFields.searchText). name_key and company_key: folded too,
            // what lists are sorted by (RecipientFields.nameKey, .companyKey).
            """
            CREATE TABLE recipient (
                id \(dialect.identity),
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                email TEXT NOT NULL, email_key TEXT NOT NULL,
                first_name TEXT NOT NULL DEFAULT '', last_name TEXT NOT NULL DEFAULT '', company TEXT NOT NULL DEFAULT '',
                country TEXT NOT NULL DEFAULT '', city TEXT NOT NULL DEFAULT '',
                free_field1 TEXT NOT NULL DEFAULT '', free_field2 TEXT NOT NULL DEFAULT '', free_field3 TEXT NOT NULL DEFAULT '',
                search TEXT NOT NULL DEFAULT '',
                name_key TEXT NOT NULL DEFAULT '', company_key TEXT NOT NULL DEFAULT '',
                created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
                UNIQUE (account_id, email_key))
            """,
            // With the text beside the key where the database allows it: a search then reads one narrow, ordered tree and
            // not the whole table (three times faster at a million rows; it costs imports nearly nothing, for they append).
            "CREATE INDEX recipient_of_account ON recipient (account_id, id\(dialect.covering("search")))",
            // A third more time for importing a million; sorting by company would cost as much again, and is offered to
            // smaller accounts only (RecipientOrder.isOffered).
            "CREATE INDEX recipient_by_name ON recipient (account_id, name_key, id)",
            // Whom this account must not mail again. reason: a SuppressionReason. Kept apart from recipients, so that no import
            // brings anybody back.
            """
            CREATE TABLE suppression (
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                email_key TEXT NOT NULL, email TEXT NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
                created_at BIGINT NOT NULL,
                PRIMARY KEY (account_id, email_key))
            """,
            // details: JSON of ImportDetails (columns, mapping, counts). cursor: the last line that is done in
            // this state; -1 when nothing is left to do, not even to tidy up.
            """
            CREATE TABLE import (
                id \(dialect.identity),
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                file_name TEXT NOT NULL, state TEXT NOT NULL, details TEXT NOT NULL DEFAULT '{}',
                cursor BIGINT NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
                created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
                UNIQUE (account_id, id))
            """,
            "CREATE INDEX import_to_do ON import (id) WHERE cursor >= 0",
            // One row of the file. cells: its fields, normalised, joined by U+001F, in the file's order. before: the nine
            // fields that the recipient had when this row changed them, so that the import can be taken back.
            """
            CREATE TABLE import_row (
                import_id BIGINT NOT NULL REFERENCES import (id) ON DELETE CASCADE,
                line BIGINT NOT NULL, cells TEXT NOT NULL,
                verdict TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', email_key TEXT NOT NULL DEFAULT '',
                before TEXT,
                PRIMARY KEY (import_id, line)) \(dialect.clustered)
            """,
        ] + dialect.countingRecipients
    }

    private static func campaigns(_ dialect: Dialect) -> [SQL] {
        [
            """
            CREATE TABLE template (
                id \(dialect.identity),
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                name TEXT NOT NULL, subject TEXT NOT NULL, html TEXT NOT NULL, plain_text TEXT NOT NULL DEFAULT '',
                created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
                UNIQUE (account_id, id))
            """,
            // What a campaign sends, frozen when it starts.
            """
            CREATE TABLE content (
                id \(dialect.identity),
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                subject TEXT NOT NULL, html TEXT NOT NULL, plain_text TEXT NOT NULL DEFAULT '',
                from_name TEXT NOT NULL, from_email TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                UNIQUE (account_id, id))
            """,
            // kind 'single' is one mail to one person: a campaign of one. audience_filter: JSON of AudienceFilter.
            // plan_cursor: the last recipient that has its message; plan_end: the last one of the audience.
            """
            CREATE TABLE campaign (
                id \(dialect.identity),
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                kind TEXT NOT NULL DEFAULT 'campaign' CHECK (kind IN ('campaign', 'single')),
                name TEXT NOT NULL, state TEXT NOT NULL,
                template_id BIGINT, sender_id BIGINT NOT NULL, content_id BIGINT,
                audience_filter TEXT NOT NULL DEFAULT '{}', audience BIGINT NOT NULL DEFAULT 0,
                scheduled_at BIGINT, started_at BIGINT, finished_at BIGINT, expires_at BIGINT,
                paused_reason TEXT NOT NULL DEFAULT '',
                plan_cursor BIGINT NOT NULL DEFAULT 0, plan_end BIGINT NOT NULL DEFAULT 0,
                created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
                UNIQUE (account_id, id),
                FOREIGN KEY (account_id, template_id) REFERENCES template (account_id, id),
                FOREIGN KEY (account_id, sender_id) REFERENCES sender (account_id, id),
                FOREIGN KEY (account_id, content_id) REFERENCES content (account_id, id))
            """,
            "CREATE INDEX campaign_of_account ON campaign (account_id, kind, id)",
            "CREATE INDEX campaign_of_template ON campaign (account_id, template_id)",
            """
            CREATE INDEX campaign_under_way ON campaign (state, sender_id, id)
            WHERE state IN ('scheduled', 'planning', 'sending', 'cancelled')
            """,
            // How many messages of a campaign are in each state; changed in the transaction that changes the messages.
            """
            CREATE TABLE campaign_tally (
                account_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, state TEXT NOT NULL, messages BIGINT NOT NULL,
                PRIMARY KEY (account_id, campaign_id, state),
                FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id) ON DELETE CASCADE)
            """,
        ]
    }

    private static func ledger(_ dialect: Dialect) -> [SQL] {
        [
            // One start of one node. A write that names an epoch other than the row's is refused (DESIGN §4.4).
            """
            CREATE TABLE epoch (
                id \(dialect.identity), node TEXT NOT NULL,
                started_at BIGINT NOT NULL, renewed_at BIGINT NOT NULL, ended_at BIGINT)
            """,
            // One message for one recipient. merge: the recipient's nine fields as they were when the campaign started,
            // joined by U+001F, so that a resend is the same to the byte whatever happens to the recipient's row.
            // began_at: the first attempt, which is the mail's Date.
            """
            CREATE TABLE message (
                id \(dialect.identity),
                account_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, recipient_id BIGINT NOT NULL,
                state TEXT NOT NULL, next_at BIGINT NOT NULL,
                epoch BIGINT, attempts BIGINT NOT NULL DEFAULT 0, crashes BIGINT NOT NULL DEFAULT 0,
                began_at BIGINT, ended_at BIGINT,
                email TEXT NOT NULL, merge TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
                UNIQUE (campaign_id, recipient_id),
                FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id) ON DELETE CASCADE)
            """,
            // What is done leaves this index, so that the claim never walks over it.
            "CREATE INDEX message_due ON message (campaign_id, next_at, id) WHERE state = 'ready'",
            "CREATE INDEX message_in_flight ON message (epoch, id) WHERE state IN ('claimed', 'dotted')",
            """
            CREATE INDEX message_trouble ON message (account_id, state, campaign_id, recipient_id)
            WHERE state IN ('failed', 'unknown', 'cancelled', 'quarantined')
            """,
            // Append-only: every attempt and what the server said.
            """
            CREATE TABLE attempt (
                id \(dialect.identity),
                account_id BIGINT NOT NULL, campaign_id BIGINT NOT NULL, message_id BIGINT NOT NULL,
                at BIGINT NOT NULL, milliseconds BIGINT NOT NULL DEFAULT 0,
                outcome TEXT NOT NULL, code BIGINT, reply TEXT NOT NULL DEFAULT '', step TEXT NOT NULL DEFAULT '',
                email TEXT NOT NULL,
                FOREIGN KEY (account_id, campaign_id) REFERENCES campaign (account_id, id) ON DELETE CASCADE)
            """,
            "CREATE INDEX attempt_of_account ON attempt (account_id, id)",
            "CREATE INDEX attempt_of_message ON attempt (message_id, id)",
            """
            CREATE INDEX attempt_trouble ON attempt (account_id, outcome, id) WHERE outcome <> 'delivered'
            """,
            // Per account, day (days since 1970, UTC) and outcome, for the dashboard's chart.
            """
            CREATE TABLE daily (
                account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                day BIGINT NOT NULL, outcome TEXT NOT NULL, messages BIGINT NOT NULL,
                PRIMARY KEY (account_id, day, outcome))
            """,
        ]
    }
}
