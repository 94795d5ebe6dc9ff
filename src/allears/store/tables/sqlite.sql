-- migration account.0001_initial
-- migration account.0002_email_max_length
-- migration account.0003_alter_emailaddress_create_unique_verified_email
-- migration account.0004_alter_emailaddress_drop_unique_email
-- migration account.0005_emailaddress_idx_upper_email
-- migration account.0006_emailaddress_lower
-- migration account.0007_emailaddress_idx_email
-- migration account.0008_emailaddress_unique_primary_email_fixup
-- migration account.0009_emailaddress_unique_primary_email
-- migration accounts.0001_initial
-- migration accounts.0002_key_scopes
-- migration auth.0001_initial
-- migration auth.0002_alter_permission_name_max_length
-- migration auth.0003_alter_user_email_max_length
-- migration auth.0004_alter_user_username_opts
-- migration auth.0005_alter_user_last_login_null
-- migration auth.0006_require_contenttypes_0002
-- migration auth.0007_alter_validators_add_error_messages
-- migration auth.0008_alter_user_username_max_length
-- migration auth.0009_alter_user_last_name_max_length
-- migration auth.0010_alter_group_name_max_length
-- migration auth.0011_update_proxy_permissions
-- migration auth.0012_alter_user_first_name_max_length
-- migration contenttypes.0001_initial
-- migration contenttypes.0002_remove_content_type_name
-- migration customers.0001_initial
-- migration customers.0002_epochs_and_undoable_merges
-- migration customers.0003_customer_keys
-- migration customers.0004_people_in_time
-- migration customers.0005_movements
-- migration customers.0006_contests
-- migration customers.0007_attribute_confirmed
-- migration customers.0008_workspace_keys
-- migration customers.0009_completed_numbers
-- migration customers.0010_erasure_unread
-- migration customers.0011_no_index_twice
-- migration customers.0012_found_by_parts
-- migration customers.0013_lists_by_a_field
-- migration delivery.0001_initial
-- migration delivery.0002_minute
-- migration events.0001_initial
-- migration events.0002_lean_event_table
-- migration events.0003_intake_storage
-- migration events.0004_short_indexes
-- migration events.0005_import_marks
-- migration events.0006_json_checked_once
-- migration events.0007_intake_limits
-- migration events.0008_files_in_and_out
-- migration events.0009_uploads
-- migration events.0010_longer_names_of_kinds
-- migration inbound.0001_initial
-- migration jobs.0001_initial
-- migration jobs.0002_schedule_marks
-- migration jobs.0003_lake_head_flushes
-- migration jobs.0004_kept_replies
-- migration jobs.0005_lake_rollups_and_erasures
-- migration jobs.0006_job_request
-- migration journeys.0001_initial
-- migration journeys.0002_unicode_keys
-- migration listen.0001_initial
-- migration listen.0002_probe_changes
-- migration listen.0003_sources
-- migration listen.0004_survey_logic
-- migration listen.0005_probe_versions
-- migration listen.0006_voice_words
-- migration listen.0007_originals
-- migration listen.0008_blot_the_past
-- migration listen.0009_voices_from_everywhere
-- migration listen.0010_latest_words
-- migration listen.0011_one_index_of_customers
-- migration listen.0012_quotas_by_wave
-- migration listen.0013_voice_editions
-- migration listen.0014_marks_beside_words
-- migration listen.0015_touchpoints_by_time
-- migration listen.0016_voices_without_words
-- migration listen.0017_doubted_forms
-- migration listen.0018_marked_attributes
-- migration listen.0019_counted_in_the_lake
-- migration listen.0020_lists_by_a_field
-- migration operations.0001_initial
-- migration outreach.0001_initial
-- migration outreach.0002_standing_ruling
-- migration outreach.0003_decision_outlives_customer
-- migration outreach.0004_auction
-- migration outreach.0005_rehearsals
-- migration outreach.0006_lists_in_order
-- migration people.0001_initial
-- migration people.0002_initial
-- migration people.0003_followed_attributes
-- migration places.0001_initial
-- migration plugin.0001_initial
-- migration plugin.0002_in_force
-- migration respond.0001_initial
-- migration respond.0002_blot_subjects
-- migration respond.0003_answer_by
-- migration respond.0004_lists_in_order
-- migration sessions.0001_initial
-- migration studies.0001_initial
-- migration studies.0002_ended_early
-- migration tags.0001_initial
-- migration tags.0002_noted_for_search
-- migration teams.0001_initial
-- migration themes.0001_initial
-- migration themes.0002_selections
-- migration themes.0003_flag_days
-- migration understand.0001_annotations
-- migration understand.0002_annotations_to_the_lake
-- migration understand.0003_labels_among_words
-- migration understand.0004_longer_labels
-- migration webhooks.0001_initial

CREATE TABLE "account_emailaddress" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "verified" bool NOT NULL, "primary" bool NOT NULL, "user_id" bigint NOT NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "email" varchar(254) NOT NULL)
;
CREATE TABLE "account_emailconfirmation" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "created" datetime NOT NULL, "sent" datetime NULL, "key" varchar(64) NOT NULL UNIQUE, "email_address_id" integer NOT NULL REFERENCES "account_emailaddress" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "accounts_accesskey" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(5) NOT NULL, "name" varchar(120) NOT NULL, "prefix" varchar(12) NOT NULL, "key_hash" varchar(64) NOT NULL UNIQUE, "created_at" datetime NOT NULL, "last_used_at" datetime NULL, "revoked_at" datetime NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "scopes" text NOT NULL CHECK ((JSON_VALID("scopes") OR "scopes" IS NULL)))
;
CREATE TABLE "accounts_auditentry" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "at" datetime NOT NULL, "verb" varchar(80) NOT NULL, "subject" varchar(120) NOT NULL, "detail" text NOT NULL CHECK ((JSON_VALID("detail") OR "detail" IS NULL)), "actor_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "accounts_memberinvite" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "email" varchar(254) NOT NULL, "role" varchar(10) NOT NULL, "token_hash" varchar(64) NOT NULL UNIQUE, "created_at" datetime NOT NULL, "expires_at" datetime NOT NULL, "accepted_at" datetime NULL, "revoked_at" datetime NULL, "invited_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "accounts_membership" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "role" varchar(10) NOT NULL, "created_at" datetime NOT NULL, "ended_at" datetime NULL, "user_id" bigint NOT NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "accounts_signinlink" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "token_hash" varchar(64) NOT NULL UNIQUE, "expires_at" datetime NOT NULL, "used_at" datetime NULL, "user_id" bigint NOT NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "accounts_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "email" varchar(254) NOT NULL UNIQUE, "name" varchar(120) NOT NULL, "language" varchar(10) NOT NULL, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL)
;
CREATE TABLE "accounts_workspace" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "slug" varchar(60) NOT NULL UNIQUE, "name" varchar(120) NOT NULL, "language" varchar(10) NOT NULL, "timezone" varchar(60) NOT NULL, "success_statement" text NOT NULL, "created_at" datetime NOT NULL)
;
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE)
;
CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL)
;
CREATE TABLE "customers_attributevalue" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(120) NOT NULL, "value" text NULL CHECK ((JSON_VALID("value") OR "value" IS NULL)), "valid_from" datetime NOT NULL, "recorded_at" datetime NOT NULL, "source" varchar(40) NOT NULL, "customer_id" bigint NOT NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "confirmed_at" datetime NULL)
;
CREATE TABLE "customers_clientaccount" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(254) NOT NULL, "name" varchar(200) NOT NULL, "traits" text NOT NULL CHECK ((JSON_VALID("traits") OR "traits" IS NULL)), "first_seen_at" datetime NOT NULL, "last_seen_at" datetime NOT NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "customers_account_key" UNIQUE ("workspace_id", "key"))
;
CREATE TABLE "customers_consentrecord" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "channel" varchar(20) NOT NULL, "purpose" varchar(20) NOT NULL, "granted" bool NOT NULL, "source" varchar(40) NOT NULL, "at" datetime NOT NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "customer_id" bigint NOT NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "customers_contact" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "role" varchar(80) NOT NULL, "since" datetime NOT NULL, "account_id" bigint NOT NULL REFERENCES "customers_clientaccount" ("id") DEFERRABLE INITIALLY DEFERRED, "customer_id" bigint NOT NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "customers_contact_once" UNIQUE ("account_id", "customer_id"))
;
CREATE TABLE "customers_contest" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "at" datetime NOT NULL, "customer_id" bigint NOT NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "identifier_id" bigint NOT NULL REFERENCES "customers_identifier" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "customers_contest_once" UNIQUE ("identifier_id", "customer_id"))
;
CREATE TABLE "customers_customer" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(32) NOT NULL UNIQUE, "name" varchar(200) NOT NULL, "email" varchar(254) NOT NULL, "phone" varchar(32) NOT NULL, "language" varchar(10) NOT NULL, "timezone" varchar(60) NOT NULL, "segment" varchar(80) NOT NULL, "attributes" text NOT NULL CHECK ((JSON_VALID("attributes") OR "attributes" IS NULL)), "first_seen_at" datetime NOT NULL, "last_seen_at" datetime NOT NULL, "merged_into_id" bigint NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "customers_customerkey" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" BLOB NOT NULL, "customer_id" bigint NOT NULL UNIQUE REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "customers_customerpending" ("customer_id" bigint NOT NULL PRIMARY KEY)
;
CREATE VIRTUAL TABLE customers_customerwords USING fts5(pieces, detail=none, columnsize=0, tokenize='ascii')
;
CREATE TABLE "customers_erasure" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "reference" varchar(32) NOT NULL UNIQUE, "via" varchar(10) NOT NULL, "never_again" bool NOT NULL, "requested_at" datetime NOT NULL, "pending" text NULL CHECK ((JSON_VALID("pending") OR "pending" IS NULL)), "removed" text NOT NULL CHECK ((JSON_VALID("removed") OR "removed" IS NULL)), "steps" text NOT NULL CHECK ((JSON_VALID("steps") OR "steps" IS NULL)), "finished_at" datetime NULL, "previous" varchar(64) NOT NULL, "digest" varchar(64) NOT NULL, "actor_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "unread" text NOT NULL CHECK ((JSON_VALID("unread") OR "unread" IS NULL)))
;
CREATE TABLE "customers_forgotten" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(20) NOT NULL, "digest" varchar(64) NOT NULL, "at" datetime NOT NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "customers_forgotten_once" UNIQUE ("workspace_id", "kind", "digest"))
;
CREATE TABLE "customers_identifier" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(20) NOT NULL, "value" varchar(254) NOT NULL, "created_at" datetime NOT NULL, "customer_id" bigint NOT NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "shared_at" datetime NULL, CONSTRAINT "customers_identifier_once" UNIQUE ("workspace_id", "kind", "value"))
;
CREATE TABLE "customers_identityepoch" ("workspace_id" bigint NOT NULL PRIMARY KEY REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "number" bigint NOT NULL)
;
CREATE TABLE "customers_identityrules" ("workspace_id" bigint NOT NULL PRIMARY KEY REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "region" varchar(2) NOT NULL, "keys" text NOT NULL CHECK ((JSON_VALID("keys") OR "keys" IS NULL)), "changed_at" datetime NOT NULL, "completed_with" varchar(2) NOT NULL)
;
CREATE TABLE "customers_merge" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "reason" varchar(200) NOT NULL, "at" datetime NOT NULL, "undone_at" datetime NULL, "kept_id" bigint NOT NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "merged_id" bigint NOT NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "moved" text NOT NULL CHECK ((JSON_VALID("moved") OR "moved" IS NULL)))
;
CREATE TABLE "customers_movement" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "flush_id" bigint NULL, "kind" varchar(20) NOT NULL, "before" varchar(80) NOT NULL, "after" varchar(80) NOT NULL, "amount" bigint NULL, "at" datetime NOT NULL, "customer_id" bigint NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "customers_retention" ("workspace_id" bigint NOT NULL PRIMARY KEY REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "days" text NOT NULL CHECK ((JSON_VALID("days") OR "days" IS NULL)), "changed_at" datetime NOT NULL)
;
CREATE TABLE "customers_workspacekey" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" BLOB NOT NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "customers_one_workspace_key" UNIQUE ("workspace_id"))
;
CREATE TABLE "delivery_barred" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "channel" varchar(20) NOT NULL, "address" varchar(254) NOT NULL, "reason" varchar(10) NOT NULL, "detail" varchar(300) NOT NULL, "at" datetime NOT NULL, "lifted_at" datetime NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "delivery_channelsetup" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "channel" varchar(20) NOT NULL, "settings" text NOT NULL CHECK ((JSON_VALID("settings") OR "settings" IS NULL)), "sealed" text NOT NULL, "token" varchar(64) NOT NULL UNIQUE, "cost" decimal NOT NULL, "currency" varchar(3) NOT NULL, "per_minute" integer unsigned NOT NULL CHECK ("per_minute" >= 0), "changed_at" datetime NOT NULL, "paused_at" datetime NULL, "tried_at" datetime NULL, "trouble" text NOT NULL, "called_at" datetime NULL, "cursor" varchar(400) NOT NULL, "turned_away_at" datetime NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "delivery_one_setup" UNIQUE ("workspace_id", "channel"))
;
CREATE TABLE "delivery_credit" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "channel" varchar(20) NOT NULL, "key" varchar(120) NOT NULL, "template" varchar(120) NOT NULL, "granted_at" datetime NOT NULL, "expires_at" datetime NULL, "spent_at" datetime NULL, "decision_id" bigint NULL, "customer_id" bigint NOT NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "delivery_credit_once" UNIQUE ("workspace_id", "channel", "key"))
;
CREATE TABLE "delivery_minute" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "channel" varchar(20) NOT NULL, "taken" text NOT NULL CHECK ((JSON_VALID("taken") OR "taken" IS NULL)), "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "delivery_one_minute" UNIQUE ("workspace_id", "channel"))
;
CREATE TABLE "delivery_report" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(10) NOT NULL, "reference" varchar(120) NOT NULL, "units" smallint unsigned NOT NULL CHECK ("units" >= 0), "cost" decimal NOT NULL, "detail" varchar(300) NOT NULL, "at" datetime NOT NULL, "message_id" bigint NOT NULL REFERENCES "outreach_message" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "delivery_report_once" UNIQUE ("message_id", "kind"))
;
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL)
;
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL)
;
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL)
;
CREATE TABLE "events_event" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "flush_id" bigint NULL, "type" varchar(10) NOT NULL, "name" varchar(200) NOT NULL, "ts" datetime NOT NULL, "received_at" datetime NOT NULL, "message_key" varchar(32) NOT NULL, "context" text NOT NULL, "customer_id" bigint NULL, "workspace_id" bigint NOT NULL, "properties" text NOT NULL, CONSTRAINT "events_message_once" UNIQUE ("workspace_id", "message_key"))
;
CREATE TABLE "events_export" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "table" varchar(12) NOT NULL, "format" varchar(8) NOT NULL, "filters" text NOT NULL CHECK ((JSON_VALID("filters") OR "filters" IS NULL)), "language" varchar(10) NOT NULL, "token" varchar(43) NOT NULL UNIQUE, "state" varchar(8) NOT NULL, "rows_total" bigint NULL, "rows_done" bigint NOT NULL, "bytes" bigint NOT NULL, "error" text NOT NULL, "created_at" datetime NOT NULL, "finished_at" datetime NULL, "expires_at" datetime NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "events_import" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "filename" varchar(255) NOT NULL, "path" varchar(500) NOT NULL, "digest" varchar(64) NOT NULL, "mapping" text NOT NULL CHECK ((JSON_VALID("mapping") OR "mapping" IS NULL)), "state" varchar(10) NOT NULL, "rows_total" bigint NULL, "rows_read" bigint NOT NULL, "rows_good" bigint NOT NULL, "rows_repeated" bigint NOT NULL, "rows_bad" bigint NOT NULL, "error" text NOT NULL, "created_at" datetime NOT NULL, "finished_at" datetime NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "started_at" datetime NULL, "started_row" bigint NOT NULL, "kind" varchar(20) NOT NULL)
;
CREATE TABLE "events_importmark" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "subject" varchar(12) NOT NULL, "object_id" bigint NOT NULL, "import_file_id" bigint NOT NULL REFERENCES "events_import" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "events_intakecount" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "day" date NOT NULL, "events" bigint NOT NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "events_one_intake_count" UNIQUE ("workspace_id", "day"))
;
CREATE TABLE "events_intakecursor" ("name" varchar(40) NOT NULL PRIMARY KEY, "position" bigint NOT NULL)
;
CREATE TABLE "events_intakelimit" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "per_second" integer unsigned NULL CHECK ("per_second" >= 0), "per_day" bigint NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "events_one_intake_limit" UNIQUE ("workspace_id"))
;
CREATE TABLE "events_intakerow" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "workspace_id" bigint NOT NULL, "kind" varchar(10) NOT NULL, "received_at" datetime NOT NULL, "body" BLOB NOT NULL)
;
CREATE TABLE "events_quarantinedrow" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "source" varchar(10) NOT NULL, "row_number" bigint NULL, "field" varchar(120) NOT NULL, "reason" text NOT NULL, "payload" text NOT NULL, "at" datetime NOT NULL, "resolved_at" datetime NULL, "import_file_id" bigint NULL REFERENCES "events_import" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "events_savedmapping" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(80) NOT NULL, "signature" varchar(32) NOT NULL, "columns" text NOT NULL CHECK ((JSON_VALID("columns") OR "columns" IS NULL)), "mapping" text NOT NULL CHECK ((JSON_VALID("mapping") OR "mapping" IS NULL)), "changed_at" datetime NOT NULL, "used_at" datetime NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "kind" varchar(20) NOT NULL, CONSTRAINT "events_mapping_name" UNIQUE ("workspace_id", "kind", "name"))
;
CREATE TABLE "events_upload" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "filename" varchar(255) NOT NULL, "path" varchar(32) NOT NULL, "length" bigint NOT NULL, "received" bigint NOT NULL, "wanted" text NOT NULL CHECK ((JSON_VALID("wanted") OR "wanted" IS NULL)), "created_at" datetime NOT NULL, "changed_at" datetime NOT NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "import_file_id" bigint NULL REFERENCES "events_import" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "kind" varchar(20) NOT NULL)
;
CREATE TABLE "inbound_inboundrequest" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "body" text NOT NULL, "content_type" varchar(120) NOT NULL, "delivery" varchar(200) NOT NULL, "state" varchar(8) NOT NULL, "reason" text NOT NULL, "received_at" datetime NOT NULL, "settled_at" datetime NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "source_id" bigint NOT NULL REFERENCES "inbound_inboundsource" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "inbound_inboundsource" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(120) NOT NULL, "token" varchar(64) NOT NULL UNIQUE, "proof" varchar(12) NOT NULL, "header" varchar(120) NOT NULL, "secret" text NOT NULL, "mapping" text NOT NULL CHECK ((JSON_VALID("mapping") OR "mapping" IS NULL)), "created_at" datetime NOT NULL, "ended_at" datetime NULL, "received" bigint NOT NULL, "taken" bigint NOT NULL, "turned_away" bigint NOT NULL, "last_received_at" datetime NULL, "last_turned_away_at" datetime NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "jobs_job" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "task" varchar(200) NOT NULL, "arguments" text NOT NULL CHECK ((JSON_VALID("arguments") OR "arguments" IS NULL)), "queue" varchar(40) NOT NULL, "priority" smallint NOT NULL, "unique_key" varchar(200) NULL, "state" varchar(8) NOT NULL, "run_at" datetime NOT NULL, "attempts" smallint unsigned NOT NULL CHECK ("attempts" >= 0), "max_attempts" smallint unsigned NOT NULL CHECK ("max_attempts" >= 0), "lease_owner" varchar(64) NOT NULL, "lease_until" datetime NULL, "last_error" text NOT NULL, "created_at" datetime NOT NULL, "finished_at" datetime NULL, "request" varchar(64) NOT NULL)
;
CREATE TABLE "jobs_keptreply" ("scope" varchar(64) NOT NULL PRIMARY KEY, "request" varchar(64) NOT NULL, "status" smallint unsigned NOT NULL CHECK ("status" >= 0), "content_type" varchar(100) NOT NULL, "body" text NOT NULL, "at" datetime NOT NULL)
;
CREATE TABLE "jobs_lakedirty" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "table" varchar(80) NOT NULL, "workspace_id" bigint NOT NULL, "day" date NOT NULL)
;
CREATE TABLE "jobs_lakeerasure" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "workspace_id" bigint NOT NULL, "customer_key" varchar(64) NOT NULL, "at" datetime NOT NULL, CONSTRAINT "jobs_lake_erasure_once" UNIQUE ("workspace_id", "customer_key"))
;
CREATE TABLE "jobs_lakehead" ("table" varchar(80) NOT NULL PRIMARY KEY, "moved_at" datetime NOT NULL, "flushed" bigint NOT NULL, "pending_high" bigint NULL, "pending_low" bigint NULL, "version" bigint NULL, "compacted_at" datetime NULL)
;
CREATE TABLE "jobs_lakerollup" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "rollup" varchar(80) NOT NULL, "workspace_id" bigint NOT NULL, "zone" varchar(60) NOT NULL, "contract" smallint unsigned NOT NULL CHECK ("contract" >= 0), "built_at" datetime NOT NULL, "checked_at" datetime NULL, "checked_days" integer unsigned NOT NULL CHECK ("checked_days" >= 0), "difference" text NOT NULL, CONSTRAINT "jobs_lake_rollup_once" UNIQUE ("rollup", "workspace_id"))
;
CREATE TABLE "jobs_schedulemark" ("task" varchar(200) NOT NULL PRIMARY KEY, "queued_at" datetime NOT NULL)
;
CREATE TABLE "jobs_workerlease" ("name" varchar(80) NOT NULL PRIMARY KEY, "owner" varchar(64) NOT NULL, "until" datetime NOT NULL, "fence" bigint NOT NULL)
;
CREATE TABLE "journeys_touchpoint" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(120) NOT NULL, "name_zh" varchar(120) NOT NULL, "stage" varchar(60) NOT NULL, "channel" varchar(40) NOT NULL, "event_names" text NOT NULL CHECK ((JSON_VALID("event_names") OR "event_names" IS NULL)), "position" integer unsigned NOT NULL CHECK ("position" >= 0), "created_at" datetime NOT NULL, "archived_at" datetime NULL, "owner_id" bigint NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "key" varchar(60) NOT NULL, CONSTRAINT "journeys_touchpoint_key" UNIQUE ("workspace_id", "key"))
;
CREATE TABLE "listen_attachment" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(32) NOT NULL, "question" varchar(40) NOT NULL, "name" varchar(255) NOT NULL, "type" varchar(100) NOT NULL, "size" integer unsigned NOT NULL CHECK ("size" >= 0), "content" BLOB NOT NULL, "received_at" datetime NOT NULL, "response_id" bigint NOT NULL REFERENCES "listen_response" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "listen_attachment_key" UNIQUE ("response_id", "key"))
;
CREATE TABLE "listen_enclosure" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(255) NOT NULL, "type" varchar(100) NOT NULL, "size" integer unsigned NOT NULL CHECK ("size" >= 0), "content" BLOB NULL, "received_at" datetime NOT NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "letter_id" bigint NOT NULL REFERENCES "listen_letter" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "listen_invitation" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "flush_id" bigint NULL, "token" varchar(43) NOT NULL UNIQUE, "channel" varchar(20) NOT NULL, "event_id" bigint NULL, "decision_id" bigint NULL, "case_id" bigint NULL, "snapshot" text NOT NULL CHECK ((JSON_VALID("snapshot") OR "snapshot" IS NULL)), "language" varchar(10) NOT NULL, "created_at" datetime NOT NULL, "sent_at" datetime NULL, "opened_at" datetime NULL, "started_at" datetime NULL, "completed_at" datetime NULL, "expires_at" datetime NOT NULL, "customer_id" bigint NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "touchpoint_id" bigint NULL REFERENCES "journeys_touchpoint" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "probe_id" bigint NULL REFERENCES "listen_probe" ("id") DEFERRABLE INITIALLY DEFERRED, "survey_version_id" bigint NOT NULL REFERENCES "listen_surveyversion" ("id") DEFERRABLE INITIALLY DEFERRED, "link_id" bigint NULL REFERENCES "listen_surveylink" ("id") DEFERRABLE INITIALLY DEFERRED, "figures" smallint NULL, "figures_at" datetime NULL, "denied_at" datetime NULL)
;
CREATE TABLE "listen_letter" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "message_id" varchar(300) NOT NULL, "answers" text NOT NULL CHECK ((JSON_VALID("answers") OR "answers" IS NULL)), "received_at" datetime NOT NULL, "marks" text NOT NULL CHECK ((JSON_VALID("marks") OR "marks" IS NULL)), "voice_id" bigint NOT NULL UNIQUE REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "listen_markedattribute" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "name" varchar(400) NOT NULL, "below" bigint NULL, "is_marked" bool NOT NULL, CONSTRAINT "listen_markedattribute_once" UNIQUE ("workspace_id", "name"))
;
CREATE TABLE "listen_official" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "authority" varchar(200) NOT NULL, "reference" varchar(100) NOT NULL, "answer_by" datetime NULL, "received_at" datetime NOT NULL, "voice_id" bigint NOT NULL UNIQUE REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "listen_probe" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(60) NOT NULL, "name" varchar(120) NOT NULL, "event_name" varchar(200) NOT NULL, "conditions" text NOT NULL CHECK ((JSON_VALID("conditions") OR "conditions" IS NULL)), "delay_seconds" integer unsigned NOT NULL CHECK ("delay_seconds" >= 0), "expires_after_seconds" integer unsigned NOT NULL CHECK ("expires_after_seconds" >= 0), "channel" varchar(20) NOT NULL, "share" real NOT NULL, "created_at" datetime NOT NULL, "started_at" datetime NULL, "paused_at" datetime NULL, "touchpoint_id" bigint NOT NULL REFERENCES "journeys_touchpoint" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "survey_id" bigint NOT NULL REFERENCES "listen_survey" ("id") DEFERRABLE INITIALLY DEFERRED, "changed_at" datetime NOT NULL, "absent_event" varchar(200) NOT NULL, "absent_match" varchar(120) NOT NULL, "fallbacks" text NOT NULL CHECK ((JSON_VALID("fallbacks") OR "fallbacks" IS NULL)), "measured_at" datetime NULL, "priority" smallint NOT NULL, "quota" text NOT NULL CHECK ((JSON_VALID("quota") OR "quota" IS NULL)), "quota_days" real NOT NULL, "sampling" varchar(12) NOT NULL, "standing" text NOT NULL CHECK ((JSON_VALID("standing") OR "standing" IS NULL)), "strata" text NOT NULL CHECK ((JSON_VALID("strata") OR "strata" IS NULL)), "weight" real NOT NULL, CONSTRAINT "listen_probe_key" UNIQUE ("workspace_id", "key"))
;
CREATE TABLE "listen_probeversion" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "number" integer unsigned NOT NULL CHECK ("number" >= 0), "spec" text NOT NULL CHECK ((JSON_VALID("spec") OR "spec" IS NULL)), "at" datetime NOT NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "probe_id" bigint NOT NULL REFERENCES "listen_probe" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "listen_probe_version" UNIQUE ("probe_id", "number"))
;
CREATE TABLE "listen_quotaplace" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(40) NOT NULL, "response_id" bigint NOT NULL REFERENCES "listen_response" ("id") DEFERRABLE INITIALLY DEFERRED, "survey_id" bigint NOT NULL REFERENCES "listen_survey" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "round" varchar(40) NOT NULL, CONSTRAINT "listen_quota_place" UNIQUE ("response_id", "name"))
;
CREATE TABLE "listen_response" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "flush_id" bigint NULL, "key" varchar(64) NOT NULL, "channel" varchar(20) NOT NULL, "segment" varchar(80) NOT NULL, "language" varchar(10) NOT NULL, "answers" text NOT NULL CHECK ((JSON_VALID("answers") OR "answers" IS NULL)), "metric" varchar(8) NOT NULL, "score" smallint NULL, "import_id" bigint NULL, "started_at" datetime NOT NULL, "updated_at" datetime NOT NULL, "completed_at" datetime NULL, "customer_id" bigint NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "invitation_id" bigint NULL UNIQUE REFERENCES "listen_invitation" ("id") DEFERRABLE INITIALLY DEFERRED, "touchpoint_id" bigint NULL REFERENCES "journeys_touchpoint" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "survey_version_id" bigint NULL REFERENCES "listen_surveyversion" ("id") DEFERRABLE INITIALLY DEFERRED, "aside" text NOT NULL CHECK ((JSON_VALID("aside") OR "aside" IS NULL)), "device" varchar(32) NOT NULL, "marks" text NOT NULL CHECK ((JSON_VALID("marks") OR "marks" IS NULL)), "network" varchar(32) NOT NULL, "outcome" varchar(10) NOT NULL, "seconds" real NULL, CONSTRAINT "listen_response_key" UNIQUE ("workspace_id", "key"))
;
CREATE TABLE "listen_responseoriginal" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "keyed_by" bigint NULL, "sealed" BLOB NOT NULL, "started_at" datetime NOT NULL, "response_id" bigint NOT NULL UNIQUE REFERENCES "listen_response" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "listen_source" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(20) NOT NULL, "name" varchar(120) NOT NULL, "settings" text NOT NULL CHECK ((JSON_VALID("settings") OR "settings" IS NULL)), "sealed" text NOT NULL, "every_seconds" integer unsigned NOT NULL CHECK ("every_seconds" >= 0), "cursor" text NOT NULL CHECK ((JSON_VALID("cursor") OR "cursor" IS NULL)), "state" varchar(8) NOT NULL, "next_run_at" datetime NOT NULL, "asked_at" datetime NULL, "last_run_at" datetime NULL, "last_good_at" datetime NULL, "failures" smallint unsigned NOT NULL CHECK ("failures" >= 0), "trouble" text NOT NULL CHECK ((JSON_VALID("trouble") OR "trouble" IS NULL)), "turn" bigint unsigned NOT NULL CHECK ("turn" >= 0), "lease_owner" varchar(64) NOT NULL, "lease_until" datetime NULL, "created_at" datetime NOT NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "listen_source_name" UNIQUE ("workspace_id", "name"))
;
CREATE TABLE "listen_sourcefile" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "digest" varchar(64) NOT NULL, "import_id" bigint NULL, "at" datetime NOT NULL, "source_id" bigint NOT NULL REFERENCES "listen_source" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "listen_source_file_once" UNIQUE ("source_id", "digest"))
;
CREATE TABLE "listen_sourcerun" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "turn" bigint unsigned NOT NULL CHECK ("turn" >= 0), "by_hand" bool NOT NULL, "started_at" datetime NOT NULL, "ended_at" datetime NULL, "read" integer unsigned NOT NULL CHECK ("read" >= 0), "taken" integer unsigned NOT NULL CHECK ("taken" >= 0), "known" integer unsigned NOT NULL CHECK ("known" >= 0), "refused" integer unsigned NOT NULL CHECK ("refused" >= 0), "aside" text NOT NULL CHECK ((JSON_VALID("aside") OR "aside" IS NULL)), "import_ids" text NOT NULL CHECK ((JSON_VALID("import_ids") OR "import_ids" IS NULL)), "trouble" text NOT NULL CHECK ((JSON_VALID("trouble") OR "trouble" IS NULL)), "source_id" bigint NOT NULL REFERENCES "listen_source" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "listen_survey" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(60) NOT NULL, "name" varchar(120) NOT NULL, "family" varchar(40) NOT NULL, "created_at" datetime NOT NULL, "archived_at" datetime NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "closes_at" datetime NULL, "draft" text NULL CHECK ((JSON_VALID("draft") OR "draft" IS NULL)), "draft_revision" integer unsigned NOT NULL CHECK ("draft_revision" >= 0), "draft_saved_at" datetime NULL, CONSTRAINT "listen_survey_key" UNIQUE ("workspace_id", "key"))
;
CREATE TABLE "listen_surveylink" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "token" varchar(43) NOT NULL UNIQUE, "name" varchar(120) NOT NULL, "channel" varchar(20) NOT NULL, "single_use" bool NOT NULL, "most" integer unsigned NULL CHECK ("most" >= 0), "created_at" datetime NOT NULL, "closes_at" datetime NULL, "closed_at" datetime NULL, "survey_id" bigint NOT NULL REFERENCES "listen_survey" ("id") DEFERRABLE INITIALLY DEFERRED, "touchpoint_id" bigint NULL REFERENCES "journeys_touchpoint" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "listen_surveyversion" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "number" integer unsigned NOT NULL CHECK ("number" >= 0), "definition" text NOT NULL CHECK ((JSON_VALID("definition") OR "definition" IS NULL)), "published_at" datetime NOT NULL, "survey_id" bigint NOT NULL REFERENCES "listen_survey" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "listen_survey_version" UNIQUE ("survey_id", "number"))
;
CREATE TABLE "listen_turn" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "number" integer unsigned NOT NULL CHECK ("number" >= 0), "key" varchar(40) NOT NULL, "speaker" varchar(8) NOT NULL, "name" varchar(120) NOT NULL, "text" text NOT NULL, "hidden" text NULL CHECK ((JSON_VALID("hidden") OR "hidden" IS NULL)), "at" datetime NULL, "received_at" datetime NOT NULL, "voice_id" bigint NOT NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "listen_turn_key" UNIQUE ("voice_id", "key"))
;
CREATE TABLE "listen_turnoriginal" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "keyed_by" bigint NULL, "sealed" BLOB NOT NULL, "received_at" datetime NOT NULL, "turn_id" bigint NOT NULL UNIQUE REFERENCES "listen_turn" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "listen_voice" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "flush_id" bigint NULL, "key" varchar(64) NOT NULL, "initiator" varchar(10) NOT NULL, "source_kind" varchar(12) NOT NULL, "channel" varchar(20) NOT NULL, "public" bool NOT NULL, "text" text NOT NULL, "language" varchar(10) NOT NULL, "segment" varchar(80) NOT NULL, "metric" varchar(8) NOT NULL, "score" smallint NULL, "sentiment" varchar(8) NOT NULL, "attributes" text NOT NULL CHECK ((JSON_VALID("attributes") OR "attributes" IS NULL)), "import_id" bigint NULL, "said_at" datetime NOT NULL, "received_at" datetime NOT NULL, "customer_id" bigint NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "response_id" bigint NULL UNIQUE REFERENCES "listen_response" ("id") DEFERRABLE INITIALLY DEFERRED, "touchpoint_id" bigint NULL REFERENCES "journeys_touchpoint" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "hidden" text NULL CHECK ((JSON_VALID("hidden") OR "hidden" IS NULL)), "repeats_id" bigint NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "sameness" varchar(32) NULL, "thread" varchar(64) NULL, CONSTRAINT "listen_voice_key" UNIQUE ("workspace_id", "key"))
;
CREATE TABLE "listen_voiceedition" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "text" text NOT NULL, "metric" varchar(8) NOT NULL, "score" smallint NULL, "replaced_at" datetime NOT NULL, "voice_id" bigint NOT NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "listen_voicefile" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(32) NOT NULL UNIQUE, "name" varchar(255) NOT NULL, "type" varchar(100) NOT NULL, "size" integer unsigned NOT NULL CHECK ("size" >= 0), "content" BLOB NOT NULL, "received_at" datetime NOT NULL, "voice_id" bigint NOT NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "listen_voiceoriginal" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "keyed_by" bigint NULL, "sealed" BLOB NOT NULL, "said_at" datetime NOT NULL, "voice_id" bigint NOT NULL UNIQUE REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "listen_voicepending" ("voice_id" bigint NOT NULL PRIMARY KEY)
;
CREATE VIRTUAL TABLE listen_voicewords USING fts5(words, marks, voice_id UNINDEXED, columnsize=0, prefix='3', tokenize='unicode61 remove_diacritics 0')
;
CREATE TABLE "operations_backup" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "path" varchar(500) NOT NULL, "cause" varchar(8) NOT NULL, "begun_at" datetime NOT NULL, "finished_at" datetime NULL, "size" bigint NULL, "rows" bigint NULL, "error" text NOT NULL, "removed_at" datetime NULL)
;
CREATE TABLE "outreach_decision" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "flush_id" bigint NULL, "at" datetime NOT NULL, "purpose" varchar(20) NOT NULL, "family" varchar(40) NOT NULL, "channel" varchar(20) NOT NULL, "verdict" varchar(5) NOT NULL, "rule" varchar(40) NOT NULL, "facts" text NOT NULL CHECK ((JSON_VALID("facts") OR "facts" IS NULL)), "policy_version" integer unsigned NOT NULL CHECK ("policy_version" >= 0), "held_until" datetime NULL, "settled_at" datetime NULL, "probe_key" varchar(60) NOT NULL, "touchpoint_key" varchar(60) NOT NULL, "event_id" bigint NULL, "ask_key" varchar(64) NOT NULL, "customer_id" bigint NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "segment" varchar(80) NOT NULL, "priority" smallint NOT NULL, "bid" real NULL, "digest" varchar(32) NOT NULL)
;
CREATE TABLE "outreach_message" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "purpose" varchar(20) NOT NULL, "channel" varchar(20) NOT NULL, "language" varchar(10) NOT NULL, "address" varchar(254) NOT NULL, "subject" varchar(300) NOT NULL, "text" text NOT NULL, "html" text NOT NULL, "headers" text NOT NULL CHECK ((JSON_VALID("headers") OR "headers" IS NULL)), "idempotency_key" varchar(120) NOT NULL, "case_id" bigint NULL, "state" varchar(10) NOT NULL, "not_before" datetime NOT NULL, "attempts" smallint unsigned NOT NULL CHECK ("attempts" >= 0), "lease_owner" varchar(64) NOT NULL, "lease_until" datetime NULL, "error" text NOT NULL, "created_at" datetime NOT NULL, "sent_at" datetime NULL, "customer_id" bigint NOT NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "decision_id" bigint NULL REFERENCES "outreach_decision" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "outreach_message_once" UNIQUE ("workspace_id", "idempotency_key"))
;
CREATE TABLE "outreach_policy" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "version" integer unsigned NOT NULL CHECK ("version" >= 0), "rules" text NOT NULL CHECK ((JSON_VALID("rules") OR "rules" IS NULL)), "created_at" datetime NOT NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "outreach_policy_version" UNIQUE ("workspace_id", "version"))
;
CREATE TABLE "outreach_rehearsal" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(10) NOT NULL, "wanted" text NOT NULL CHECK ((JSON_VALID("wanted") OR "wanted" IS NULL)), "since" datetime NOT NULL, "until" datetime NOT NULL, "total" integer unsigned NOT NULL CHECK ("total" >= 0), "done" integer unsigned NOT NULL CHECK ("done" >= 0), "cursor" bigint NOT NULL, "result" text NOT NULL CHECK ((JSON_VALID("result") OR "result" IS NULL)), "created_at" datetime NOT NULL, "finished_at" datetime NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "people_digest" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "period" varchar(16) NOT NULL, "state" varchar(8) NOT NULL, "until" datetime NOT NULL, "at" datetime NOT NULL, "member_id" bigint NOT NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "people_digest_once_a_period" UNIQUE ("member_id", "period"))
;
CREATE TABLE "people_digestchoice" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "every" varchar(4) NOT NULL, "timezone" varchar(60) NOT NULL, "changed_at" datetime NOT NULL, "member_id" bigint NOT NULL UNIQUE REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "people_follow" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(10) NOT NULL, "value" varchar(400) NOT NULL, "name" varchar(80) NOT NULL, "since" datetime NOT NULL, "ended_at" datetime NULL, "member_id" bigint NOT NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "people_listeningday" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "day" date NOT NULL, "member_id" bigint NOT NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "people_listened_once_a_day" UNIQUE ("member_id", "day"))
;
CREATE TABLE "people_share" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "note" text NOT NULL, "at" datetime NOT NULL, "ended_at" datetime NULL, "by_id" bigint NOT NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "to_member_id" bigint NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "to_team_id" bigint NULL REFERENCES "teams_team" ("id") DEFERRABLE INITIALLY DEFERRED, "voice_id" bigint NOT NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "people_share_has_one_taker" CHECK ((("to_member_id" IS NOT NULL AND "to_team_id" IS NULL) OR ("to_member_id" IS NULL AND "to_team_id" IS NOT NULL))))
;
CREATE TABLE "people_thanks" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "text" text NOT NULL, "message_id" bigint NULL, "at" datetime NOT NULL, "ended_at" datetime NULL, "by_id" bigint NOT NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "to_member_id" bigint NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "voice_id" bigint NOT NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "people_visit" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "since_id" bigint NOT NULL, "seen_id" bigint NOT NULL, "at" datetime NOT NULL, "member_id" bigint NOT NULL UNIQUE REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "places_place" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(8) NOT NULL, "code" varchar(16) NOT NULL UNIQUE, "name" varchar(120) NOT NULL, "employee" varchar(80) NOT NULL, "settings" text NOT NULL CHECK ((JSON_VALID("settings") OR "settings" IS NULL)), "sealed" text NOT NULL, "seen" bigint NOT NULL, "answered" bigint NOT NULL, "last_seen_at" datetime NULL, "created_at" datetime NOT NULL, "ended_at" datetime NULL, "survey_id" bigint NULL REFERENCES "listen_survey" ("id") DEFERRABLE INITIALLY DEFERRED, "touchpoint_id" bigint NULL REFERENCES "journeys_touchpoint" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "plugin_answer" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "digest" varchar(40) NOT NULL, "labels" text NOT NULL CHECK ((JSON_VALID("labels") OR "labels" IS NULL)), "at" datetime NOT NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "plugin_answer_once" UNIQUE ("workspace_id", "digest"))
;
CREATE TABLE "plugin_comparison" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "model" varchar(120) NOT NULL, "rows" integer unsigned NOT NULL CHECK ("rows" >= 0), "sample" text NOT NULL CHECK ((JSON_VALID("sample") OR "sample" IS NULL)), "figures" text NOT NULL CHECK ((JSON_VALID("figures") OR "figures" IS NULL)), "trouble" varchar(400) NOT NULL, "asked_at" datetime NOT NULL, "finished_at" datetime NULL, "asked_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "plugin_outsidechoice" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "labels" text NOT NULL CHECK ((JSON_VALID("labels") OR "labels" IS NULL)), "reason" varchar(12) NOT NULL, "at" datetime NOT NULL, "by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "plugin_outsidemodel" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "base_url" varchar(500) NOT NULL, "model" varchar(120) NOT NULL, "key" text NOT NULL, "currency" varchar(3) NOT NULL, "price_in" decimal NOT NULL, "price_out" decimal NOT NULL, "monthly_cap" decimal NOT NULL, "batch_size" smallint unsigned NOT NULL CHECK ("batch_size" >= 0), "timeout" smallint unsigned NOT NULL CHECK ("timeout" >= 0), "enabled_at" datetime NULL, "changed_at" datetime NOT NULL, "enabled_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "paused_until" datetime NULL, "trouble" varchar(400) NOT NULL, "troubled_at" datetime NULL, CONSTRAINT "plugin_one_outside_model" UNIQUE ("workspace_id"))
;
CREATE TABLE "plugin_spend" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "month" varchar(7) NOT NULL, "calls" integer unsigned NOT NULL CHECK ("calls" >= 0), "tokens_in" bigint unsigned NOT NULL CHECK ("tokens_in" >= 0), "tokens_out" bigint unsigned NOT NULL CHECK ("tokens_out" >= 0), "cost" bigint NOT NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "plugin_spend_month" UNIQUE ("workspace_id", "month"))
;
CREATE TABLE "respond_businesscalendar" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "shifts" text NOT NULL CHECK ((JSON_VALID("shifts") OR "shifts" IS NULL)), "holidays" text NOT NULL CHECK ((JSON_VALID("holidays") OR "holidays" IS NULL)), "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "respond_one_calendar" UNIQUE ("workspace_id"))
;
CREATE TABLE "respond_case" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "flush_id" bigint NULL, "number" integer unsigned NOT NULL CHECK ("number" >= 0), "token" varchar(43) NOT NULL UNIQUE, "version" integer unsigned NOT NULL CHECK ("version" >= 0), "subject" varchar(200) NOT NULL, "state" varchar(8) NOT NULL, "priority" varchar(8) NOT NULL, "opened_at" datetime NOT NULL, "clock_started_at" datetime NOT NULL, "paused" bigint NOT NULL, "waiting_since" datetime NULL, "first_reply_due_at" datetime NOT NULL, "first_reply_at" datetime NULL, "unanswered_since" datetime NULL, "reply_due_at" datetime NULL, "resolve_due_at" datetime NOT NULL, "reply_breached_at" datetime NULL, "resolve_breached_at" datetime NULL, "escalated_at" datetime NULL, "closed_at" datetime NULL, "confirmed_at" datetime NULL, "reopened_count" smallint unsigned NOT NULL CHECK ("reopened_count" >= 0), "customer_id" bigint NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "first_owner_id" bigint NOT NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "origin_id" bigint NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "owner_id" bigint NOT NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "touchpoint_id" bigint NULL REFERENCES "journeys_touchpoint" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "cause_id" bigint NULL REFERENCES "respond_cause" ("id") DEFERRABLE INITIALLY DEFERRED, "answer_breached_at" datetime NULL, "answer_by" datetime NULL, CONSTRAINT "respond_case_number" UNIQUE ("workspace_id", "number"), CONSTRAINT "respond_case_waits_since" CHECK ((("state" = 'waiting' AND "waiting_since" IS NOT NULL) OR (NOT ("state" = 'waiting') AND "waiting_since" IS NULL))), CONSTRAINT "respond_case_closed_with_cause" CHECK ((("cause_id" IS NOT NULL AND "closed_at" IS NOT NULL AND "state" = 'closed') OR (NOT ("state" = 'closed') AND "closed_at" IS NULL))), CONSTRAINT "respond_case_reply_clock" CHECK ((("reply_due_at" IS NULL AND "unanswered_since" IS NULL) OR ("reply_due_at" IS NOT NULL AND "unanswered_since" IS NOT NULL))))
;
CREATE TABLE "respond_caseentry" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(10) NOT NULL, "at" datetime NOT NULL, "text" text NOT NULL, "detail" text NOT NULL CHECK ((JSON_VALID("detail") OR "detail" IS NULL)), "version" integer unsigned NOT NULL CHECK ("version" >= 0), "message_id" bigint NULL, "actor_id" bigint NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "case_id" bigint NOT NULL REFERENCES "respond_case" ("id") DEFERRABLE INITIALLY DEFERRED, "voice_id" bigint NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "respond_casevoice" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "at" datetime NOT NULL, "case_id" bigint NOT NULL REFERENCES "respond_case" ("id") DEFERRABLE INITIALLY DEFERRED, "voice_id" bigint NOT NULL UNIQUE REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "respond_cause" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(60) NOT NULL, "name" varchar(120) NOT NULL, "name_zh" varchar(120) NOT NULL, "archived_at" datetime NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "respond_cause_key" UNIQUE ("workspace_id", "key"))
;
CREATE TABLE "respond_handover" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "reason" text NOT NULL, "state" varchar(8) NOT NULL, "at" datetime NOT NULL, "settled_at" datetime NULL, "answer" text NOT NULL, "case_id" bigint NOT NULL REFERENCES "respond_case" ("id") DEFERRABLE INITIALLY DEFERRED, "giver_id" bigint NOT NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "taker_id" bigint NOT NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "respond_servicepromise" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "priority" varchar(8) NOT NULL, "first_reply_minutes" integer unsigned NOT NULL CHECK ("first_reply_minutes" >= 0), "resolve_minutes" integer unsigned NOT NULL CHECK ("resolve_minutes" >= 0), "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "respond_promise_priority" UNIQUE ("workspace_id", "priority"))
;
CREATE TABLE "studies_member" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "segment" varchar(80) NOT NULL, "verdict" varchar(5) NOT NULL, "rule" varchar(40) NOT NULL, "drawn_at" datetime NOT NULL, "customer_id" bigint NULL REFERENCES "customers_customer" ("id") DEFERRABLE INITIALLY DEFERRED, "invitation_id" bigint NULL UNIQUE REFERENCES "listen_invitation" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "wave_id" bigint NOT NULL REFERENCES "studies_wave" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "studies_drawn_once" UNIQUE ("wave_id", "customer_id"))
;
CREATE TABLE "studies_study" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(50) NOT NULL, "name" varchar(120) NOT NULL, "channel" varchar(20) NOT NULL, "fallbacks" text NOT NULL CHECK ((JSON_VALID("fallbacks") OR "fallbacks" IS NULL)), "segments" text NOT NULL CHECK ((JSON_VALID("segments") OR "segments" IS NULL)), "conditions" text NOT NULL CHECK ((JSON_VALID("conditions") OR "conditions" IS NULL)), "sample_size" integer unsigned NULL CHECK ("sample_size" >= 0), "quotas" text NOT NULL CHECK ((JSON_VALID("quotas") OR "quotas" IS NULL)), "every_months" smallint unsigned NOT NULL CHECK ("every_months" >= 0), "starts_at" datetime NOT NULL, "open_days" smallint unsigned NOT NULL CHECK ("open_days" >= 0), "ends_at" datetime NULL, "rest_waves" smallint unsigned NOT NULL CHECK ("rest_waves" >= 0), "priority" smallint NOT NULL, "created_at" datetime NOT NULL, "launched_at" datetime NULL, "paused_at" datetime NULL, "survey_id" bigint NOT NULL REFERENCES "listen_survey" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "ended_at" datetime NULL, CONSTRAINT "studies_study_key" UNIQUE ("workspace_id", "key"))
;
CREATE TABLE "studies_wave" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "number" integer unsigned NOT NULL CHECK ("number" >= 0), "opens_at" datetime NOT NULL, "closes_at" datetime NOT NULL, "frame" text NOT NULL CHECK ((JSON_VALID("frame") OR "frame" IS NULL)), "opened_at" datetime NOT NULL, "drawn_at" datetime NULL, "closed_at" datetime NULL, "study_id" bigint NOT NULL REFERENCES "studies_study" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "studies_wave_number" UNIQUE ("study_id", "number"))
;
CREATE TABLE "tags_tag" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(40) NOT NULL, "key" varchar(80) NOT NULL, "created_at" datetime NOT NULL, "merged_at" datetime NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "merged_into_id" bigint NULL REFERENCES "tags_tag" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "tags_one_of_a_name" UNIQUE ("workspace_id", "key"))
;
CREATE TABLE "tags_voicetag" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "at" datetime NOT NULL, "by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "tag_id" bigint NOT NULL REFERENCES "tags_tag" ("id") DEFERRABLE INITIALLY DEFERRED, "voice_id" bigint NOT NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "tags_once_on_a_voice" UNIQUE ("voice_id", "tag_id"))
;
CREATE TABLE "teams_team" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(80) NOT NULL, "created_at" datetime NOT NULL, "ended_at" datetime NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "teams_teammember" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "since" datetime NOT NULL, "member_id" bigint NOT NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "team_id" bigint NOT NULL REFERENCES "teams_team" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "teams_member_once" UNIQUE ("team_id", "member_id"))
;
CREATE TABLE "themes_cell" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "theme_id" bigint NOT NULL REFERENCES "themes_theme" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "themes_place" ("voice_id" bigint NOT NULL PRIMARY KEY REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "language" varchar(2) NOT NULL, "nearness" real NOT NULL, "same_as" bigint NULL, "cell_id" bigint NULL REFERENCES "themes_cell" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "themes_selectedtheme" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "rank" smallint unsigned NOT NULL CHECK ("rank" >= 0), "name_en" varchar(120) NOT NULL, "name_zh" varchar(120) NOT NULL, "topic" varchar(20) NOT NULL, "terms" text NOT NULL CHECK ((JSON_VALID("terms") OR "terms" IS NULL)), "size" integer unsigned NOT NULL CHECK ("size" >= 0), "figures" text NOT NULL CHECK ((JSON_VALID("figures") OR "figures" IS NULL)), "members" BLOB NOT NULL, "kept_as_id" bigint NULL REFERENCES "themes_theme" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "selection_id" bigint NOT NULL REFERENCES "themes_themeselection" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "themes_selected_rank" UNIQUE ("selection_id", "rank"))
;
CREATE TABLE "themes_theme" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name_en" varchar(120) NOT NULL, "name_zh" varchar(120) NOT NULL, "given_en" varchar(120) NOT NULL, "given_zh" varchar(120) NOT NULL, "topic" varchar(20) NOT NULL, "terms" text NOT NULL CHECK ((JSON_VALID("terms") OR "terms" IS NULL)), "born_at" datetime NOT NULL, "gone_at" datetime NULL, "pinned_at" datetime NULL, "hidden_at" datetime NULL, "touched_at" datetime NULL, "flag" varchar(8) NOT NULL, "flagged_at" datetime NULL, "flag_count" integer unsigned NOT NULL CHECK ("flag_count" >= 0), "flag_expected" real NULL, "flag_adjusted_p" real NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "flag_days" smallint unsigned NOT NULL CHECK ("flag_days" >= 0), "merged_into_id" bigint NULL REFERENCES "themes_theme" ("id") DEFERRABLE INITIALLY DEFERRED, "part_of_id" bigint NULL REFERENCES "themes_theme" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "themes_themechange" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(8) NOT NULL, "before" text NOT NULL CHECK ((JSON_VALID("before") OR "before" IS NULL)), "at" datetime NOT NULL, "undone_at" datetime NULL, "by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "other_id" bigint NULL REFERENCES "themes_theme" ("id") DEFERRABLE INITIALLY DEFERRED, "theme_id" bigint NOT NULL REFERENCES "themes_theme" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "themes_themerun" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "state" varchar(8) NOT NULL, "progress" real NOT NULL, "wanted" smallint unsigned NULL CHECK ("wanted" >= 0), "started_at" datetime NOT NULL, "finished_at" datetime NULL, "voices" integer unsigned NOT NULL CHECK ("voices" >= 0), "loose" integer unsigned NOT NULL CHECK ("loose" >= 0), "added" integer unsigned NOT NULL CHECK ("added" >= 0), "read_to" bigint NOT NULL, "stability" real NULL, "silhouette" real NULL, "cells" text NOT NULL CHECK ((JSON_VALID("cells") OR "cells" IS NULL)), "model" BLOB NULL, "problem" text NOT NULL, "asked_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "themes_themeselection" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "words" text NOT NULL CHECK ((JSON_VALID("words") OR "words" IS NULL)), "digest" varchar(32) NOT NULL, "state" varchar(8) NOT NULL, "progress" real NOT NULL, "asked_at" datetime NOT NULL, "finished_at" datetime NULL, "voices" integer unsigned NOT NULL CHECK ("voices" >= 0), "unread" integer unsigned NOT NULL CHECK ("unread" >= 0), "loose" integer unsigned NOT NULL CHECK ("loose" >= 0), "rest" integer unsigned NOT NULL CHECK ("rest" >= 0), "rest_of" varchar(8) NOT NULL, "metric" varchar(8) NOT NULL, "score" text NULL CHECK ((JSON_VALID("score") OR "score" IS NULL)), "problem" text NOT NULL, "asked_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "themes_themesize" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "at" datetime NOT NULL, "size" integer unsigned NOT NULL CHECK ("size" >= 0), "share" real NOT NULL, "run_id" bigint NOT NULL REFERENCES "themes_themerun" ("id") DEFERRABLE INITIALLY DEFERRED, "theme_id" bigint NOT NULL REFERENCES "themes_theme" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "themes_size_once" UNIQUE ("theme_id", "run_id"))
;
CREATE TABLE "understand_backfill" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "below" bigint NOT NULL, "total" integer unsigned NOT NULL CHECK ("total" >= 0), "done" integer unsigned NOT NULL CHECK ("done" >= 0), "started_at" datetime NOT NULL, "finished_at" datetime NULL, "started_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "understand_correction" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "task" varchar(60) NOT NULL, "polarity" smallint NULL, "verdict" varchar(6) NOT NULL, "at" datetime NOT NULL, "author_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "voice_id" bigint NOT NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "value" varchar(200) NOT NULL, "undoes_id" bigint NULL UNIQUE REFERENCES "understand_correction" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "understand_modelchoice" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "slot" varchar(60) NOT NULL, "reason" varchar(12) NOT NULL, "at" datetime NOT NULL, "by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "model_id" bigint NULL REFERENCES "understand_textmodel" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "understand_reviewer" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "at" datetime NOT NULL, "ended_at" datetime NULL, "by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "member_id" bigint NOT NULL REFERENCES "accounts_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "understand_textmodel" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "slot" varchar(60) NOT NULL, "name" varchar(120) NOT NULL, "source" varchar(20) NOT NULL, "version" varchar(120) NOT NULL, "examples" integer unsigned NOT NULL CHECK ("examples" >= 0), "report" text NOT NULL CHECK ((JSON_VALID("report") OR "report" IS NULL)), "trouble" varchar(400) NOT NULL, "asked_at" datetime NOT NULL, "trained_at" datetime NULL, "failed_at" datetime NULL, "asked_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "understand_voiceannotation" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "annotator" varchar(60) NOT NULL, "model" varchar(120) NOT NULL, "language" varchar(2) NOT NULL, "sentiment" varchar(8) NOT NULL, "score" real NOT NULL, "urgency" smallint unsigned NOT NULL CHECK ("urgency" >= 0), "confidence" real NULL, "doubt" real NOT NULL, "labels" text NOT NULL CHECK ((JSON_VALID("labels") OR "labels" IS NULL)), "clauses" text NOT NULL CHECK ((JSON_VALID("clauses") OR "clauses" IS NULL)), "abstained" text NOT NULL CHECK ((JSON_VALID("abstained") OR "abstained" IS NULL)), "found" text NOT NULL CHECK ((JSON_VALID("found") OR "found" IS NULL)), "length" integer unsigned NOT NULL CHECK ("length" >= 0), "said_at" datetime NOT NULL, "annotated_at" datetime NOT NULL, "replaced_at" datetime NULL, "voice_id" bigint NOT NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "flush_id" bigint NULL)
;
CREATE TABLE "understand_voicelabel" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "polarity" smallint NULL, "by_person" bool NOT NULL, "said_at" datetime NOT NULL, "voice_id" bigint NOT NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "code" varchar(280) NOT NULL)
;
CREATE TABLE "understand_waitingvoice" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "attempts" smallint unsigned NOT NULL CHECK ("attempts" >= 0), "run_at" datetime NOT NULL, "voice_id" bigint NOT NULL REFERENCES "listen_voice" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "webhooks_attempt" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "at" datetime NOT NULL, "status" smallint unsigned NULL CHECK ("status" >= 0), "error" varchar(500) NOT NULL, "answer" text NOT NULL, "milliseconds" integer unsigned NOT NULL CHECK ("milliseconds" >= 0), "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "delivery_id" bigint NOT NULL REFERENCES "webhooks_delivery" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "webhooks_delivery" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "state" varchar(10) NOT NULL, "attempts" smallint unsigned NOT NULL CHECK ("attempts" >= 0), "run_at" datetime NOT NULL, "lease_owner" varchar(64) NOT NULL, "lease_until" datetime NULL, "status" smallint unsigned NULL CHECK ("status" >= 0), "created_at" datetime NOT NULL, "finished_at" datetime NULL, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED, "endpoint_id" bigint NOT NULL REFERENCES "webhooks_endpoint" ("id") DEFERRABLE INITIALLY DEFERRED, "outgoing_id" bigint NOT NULL REFERENCES "webhooks_outgoing" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "webhooks_delivery_once" UNIQUE ("outgoing_id", "endpoint_id"))
;
CREATE TABLE "webhooks_endpoint" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "url" varchar(500) NOT NULL, "description" varchar(200) NOT NULL, "event_types" text NOT NULL CHECK ((JSON_VALID("event_types") OR "event_types" IS NULL)), "secret" varchar(300) NOT NULL, "former_secret" varchar(300) NOT NULL, "former_until" datetime NULL, "created_at" datetime NOT NULL, "disabled_at" datetime NULL, "disabled_why" varchar(8) NOT NULL, "removed_at" datetime NULL, "failures" integer unsigned NOT NULL CHECK ("failures" >= 0), "failing_since" datetime NULL, "rest_until" datetime NULL, "succeeded_at" datetime NULL, "created_by_id" bigint NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE TABLE "webhooks_outgoing" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(40) NOT NULL UNIQUE, "type" varchar(60) NOT NULL, "at" datetime NOT NULL, "arguments" text NOT NULL CHECK ((JSON_VALID("arguments") OR "arguments" IS NULL)), "body" text NULL, "error" text NOT NULL, "customer_id" bigint NULL, "endpoint_id" bigint NULL REFERENCES "webhooks_endpoint" ("id") DEFERRABLE INITIALLY DEFERRED, "workspace_id" bigint NOT NULL REFERENCES "accounts_workspace" ("id") DEFERRABLE INITIALLY DEFERRED)
;
CREATE INDEX "account_emailaddress_email_03be32b2" ON "account_emailaddress" ("email")
;
CREATE INDEX "account_emailaddress_user_id_2c513194" ON "account_emailaddress" ("user_id")
;
CREATE UNIQUE INDEX "account_emailaddress_user_id_email_987c8728_uniq" ON "account_emailaddress" ("user_id", "email")
;
CREATE INDEX "account_emailconfirmation_email_address_id_5b7f8c58" ON "account_emailconfirmation" ("email_address_id")
;
CREATE INDEX "accounts_accesskey_created_by_id_772ae481" ON "accounts_accesskey" ("created_by_id")
;
CREATE INDEX "accounts_accesskey_workspace_id_1b2a2969" ON "accounts_accesskey" ("workspace_id")
;
CREATE INDEX "accounts_au_workspa_49ad47_idx" ON "accounts_auditentry" ("workspace_id", "at" DESC)
;
CREATE INDEX "accounts_auditentry_actor_id_3237b29c" ON "accounts_auditentry" ("actor_id")
;
CREATE INDEX "accounts_auditentry_workspace_id_3734b076" ON "accounts_auditentry" ("workspace_id")
;
CREATE INDEX "accounts_memberinvite_invited_by_id_8da2c9bb" ON "accounts_memberinvite" ("invited_by_id")
;
CREATE INDEX "accounts_memberinvite_workspace_id_0c22c20f" ON "accounts_memberinvite" ("workspace_id")
;
CREATE INDEX "accounts_membership_user_id_487fb39e" ON "accounts_membership" ("user_id")
;
CREATE INDEX "accounts_membership_workspace_id_3a7fb173" ON "accounts_membership" ("workspace_id")
;
CREATE UNIQUE INDEX "accounts_one_membership" ON "accounts_membership" ("workspace_id", "user_id") WHERE "ended_at" IS NULL
;
CREATE INDEX "accounts_signinlink_user_id_a6b02f6b" ON "accounts_signinlink" ("user_id")
;
CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id")
;
CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" ON "auth_group_permissions" ("group_id", "permission_id")
;
CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id")
;
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id")
;
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename")
;
CREATE INDEX "customers_a_custome_837293_idx" ON "customers_attributevalue" ("customer_id", "name", "valid_from" DESC)
;
CREATE INDEX "customers_attributevalue_workspace_id_81e4a0eb" ON "customers_attributevalue" ("workspace_id")
;
CREATE INDEX "customers_c_custome_5d6645_idx" ON "customers_consentrecord" ("customer_id", "at" DESC)
;
CREATE INDEX "customers_c_workspa_7b0153_idx" ON "customers_customer" ("workspace_id", "email")
;
CREATE INDEX "customers_c_workspa_a703fe_idx" ON "customers_customer" ("workspace_id", "last_seen_at" DESC)
;
CREATE INDEX "customers_clientaccount_workspace_id_5e435a78" ON "customers_clientaccount" ("workspace_id")
;
CREATE INDEX "customers_consentrecord_workspace_id_1c046285" ON "customers_consentrecord" ("workspace_id")
;
CREATE INDEX "customers_contact_account_id_aa150ac5" ON "customers_contact" ("account_id")
;
CREATE INDEX "customers_contact_customer_id_b9afc0da" ON "customers_contact" ("customer_id")
;
CREATE INDEX "customers_contact_workspace_id_1dba30fd" ON "customers_contact" ("workspace_id")
;
CREATE INDEX "customers_contest_customer_id_bd91d8d6" ON "customers_contest" ("customer_id")
;
CREATE INDEX "customers_contest_identifier_id_654e0957" ON "customers_contest" ("identifier_id")
;
CREATE INDEX "customers_contest_workspace_id_f6dd99d6" ON "customers_contest" ("workspace_id")
;
CREATE INDEX customers_customer_language ON customers_customer (workspace_id, language, last_seen_at DESC) WHERE NOT (language = '')
;
CREATE INDEX "customers_customer_merged" ON "customers_customer" ("merged_into_id") WHERE "merged_into_id" IS NOT NULL
;
CREATE INDEX customers_customer_phone ON customers_customer (workspace_id, phone) WHERE NOT (phone = '')
;
CREATE INDEX customers_customer_segment ON customers_customer (workspace_id, segment, last_seen_at DESC) WHERE NOT (segment = '')
;
CREATE INDEX "customers_customerkey_workspace_id_a679833a" ON "customers_customerkey" ("workspace_id")
;
CREATE INDEX "customers_e_workspa_465c4b_idx" ON "customers_erasure" ("workspace_id", "requested_at" DESC)
;
CREATE INDEX "customers_erasure_actor_id_ceb67311" ON "customers_erasure" ("actor_id")
;
CREATE INDEX "customers_erasure_workspace_id_2a2f2f25" ON "customers_erasure" ("workspace_id")
;
CREATE INDEX "customers_forgotten_workspace_id_dc491eee" ON "customers_forgotten" ("workspace_id")
;
CREATE INDEX "customers_identifier_customer_id_b95edd20" ON "customers_identifier" ("customer_id")
;
CREATE INDEX "customers_merge_kept_id_079eb59f" ON "customers_merge" ("kept_id")
;
CREATE INDEX "customers_merge_merged_id_fa9d6919" ON "customers_merge" ("merged_id")
;
CREATE INDEX "customers_merge_workspace_id_d6280396" ON "customers_merge" ("workspace_id")
;
CREATE INDEX "customers_movement_customer_id_66d82861" ON "customers_movement" ("customer_id")
;
CREATE INDEX "customers_movement_hot" ON "customers_movement" ("id") WHERE "flush_id" IS NULL
;
CREATE INDEX "customers_movement_workspace_id_520195a2" ON "customers_movement" ("workspace_id")
;
CREATE INDEX "customers_workspacekey_workspace_id_53fbaaf2" ON "customers_workspacekey" ("workspace_id")
;
CREATE UNIQUE INDEX "delivery_barred_once" ON "delivery_barred" ("workspace_id", "channel", "address") WHERE "lifted_at" IS NULL
;
CREATE INDEX "delivery_barred_workspace_id_59bda2cc" ON "delivery_barred" ("workspace_id")
;
CREATE INDEX "delivery_channelsetup_workspace_id_b1e3d01c" ON "delivery_channelsetup" ("workspace_id")
;
CREATE INDEX "delivery_cr_custome_67c630_idx" ON "delivery_credit" ("customer_id", "channel", "spent_at")
;
CREATE INDEX "delivery_credit_customer_id_c1d9cb48" ON "delivery_credit" ("customer_id")
;
CREATE INDEX "delivery_credit_workspace_id_e608723e" ON "delivery_credit" ("workspace_id")
;
CREATE INDEX "delivery_minute_workspace_id_3965d137" ON "delivery_minute" ("workspace_id")
;
CREATE INDEX "delivery_re_workspa_5e457f_idx" ON "delivery_report" ("workspace_id", "reference")
;
CREATE INDEX "delivery_report_message_id_cba7a3e6" ON "delivery_report" ("message_id")
;
CREATE INDEX "delivery_report_workspace_id_164cf365" ON "delivery_report" ("workspace_id")
;
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model")
;
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date")
;
CREATE INDEX "events_event_customer_id_d5d99f9f" ON "events_event" ("customer_id")
;
CREATE INDEX "events_event_hot" ON "events_event" ("id") WHERE "flush_id" IS NULL
;
CREATE INDEX "events_export_created_by_id_28deaee7" ON "events_export" ("created_by_id")
;
CREATE INDEX "events_export_workspace_id_2f693866" ON "events_export" ("workspace_id")
;
CREATE INDEX "events_impo_import__c8fd44_idx" ON "events_importmark" ("import_file_id", "subject")
;
CREATE INDEX "events_import_created_by_id_a70f0a00" ON "events_import" ("created_by_id")
;
CREATE INDEX "events_import_workspace_id_a68cef3b" ON "events_import" ("workspace_id")
;
CREATE INDEX "events_importmark_import_file_id_1e9fe510" ON "events_importmark" ("import_file_id")
;
CREATE INDEX "events_importmark_workspace_id_2c8bf7f2" ON "events_importmark" ("workspace_id")
;
CREATE INDEX "events_intakecount_workspace_id_4abe99f8" ON "events_intakecount" ("workspace_id")
;
CREATE INDEX "events_intakelimit_workspace_id_d0e27880" ON "events_intakelimit" ("workspace_id")
;
CREATE INDEX "events_quar_workspa_e2a9b9_idx" ON "events_quarantinedrow" ("workspace_id", "at" DESC)
;
CREATE INDEX "events_quarantinedrow_import_file_id_d488af1d" ON "events_quarantinedrow" ("import_file_id")
;
CREATE INDEX "events_quarantinedrow_workspace_id_4aa491bd" ON "events_quarantinedrow" ("workspace_id")
;
CREATE INDEX "events_save_workspa_e69e82_idx" ON "events_savedmapping" ("workspace_id", "kind", "signature")
;
CREATE INDEX "events_savedmapping_created_by_id_7240fdb2" ON "events_savedmapping" ("created_by_id")
;
CREATE INDEX "events_savedmapping_workspace_id_9c584062" ON "events_savedmapping" ("workspace_id")
;
CREATE INDEX "events_uplo_changed_3c0775_idx" ON "events_upload" ("changed_at")
;
CREATE INDEX "events_upload_created_by_id_110e95c0" ON "events_upload" ("created_by_id")
;
CREATE INDEX "events_upload_import_file_id_03a0a2b7" ON "events_upload" ("import_file_id")
;
CREATE INDEX "events_upload_workspace_id_01d5c9d4" ON "events_upload" ("workspace_id")
;
CREATE INDEX "inbound_inb_source__41f724_idx" ON "inbound_inboundrequest" ("source_id", "state", "id")
;
CREATE INDEX "inbound_inboundrequest_source_id_27a31162" ON "inbound_inboundrequest" ("source_id")
;
CREATE INDEX "inbound_inboundrequest_workspace_id_c4e725a0" ON "inbound_inboundrequest" ("workspace_id")
;
CREATE INDEX "inbound_inboundsource_created_by_id_972aa9f7" ON "inbound_inboundsource" ("created_by_id")
;
CREATE INDEX "inbound_inboundsource_workspace_id_dd1fb6fc" ON "inbound_inboundsource" ("workspace_id")
;
CREATE INDEX "jobs_done" ON "jobs_job" ("finished_at") WHERE "state" = 'done'
;
CREATE INDEX "jobs_keptreply_at_6d70b450" ON "jobs_keptreply" ("at")
;
CREATE INDEX "jobs_lakedi_table_60d7d4_idx" ON "jobs_lakedirty" ("table", "workspace_id", "day")
;
CREATE INDEX "jobs_ready" ON "jobs_job" ("priority" DESC, "run_at") WHERE "state" = 'ready'
;
CREATE INDEX "jobs_running" ON "jobs_job" ("lease_until") WHERE "state" = 'running'
;
CREATE UNIQUE INDEX "jobs_unique_live" ON "jobs_job" ("unique_key") WHERE "state" IN ('ready', 'running')
;
CREATE INDEX "journeys_touchpoint_key_6be73511" ON "journeys_touchpoint" ("key")
;
CREATE INDEX "journeys_touchpoint_owner_id_71c57e76" ON "journeys_touchpoint" ("owner_id")
;
CREATE INDEX "journeys_touchpoint_workspace_id_b4853cdf" ON "journeys_touchpoint" ("workspace_id")
;
CREATE INDEX "listen_attachment_response_id_fa67d568" ON "listen_attachment" ("response_id")
;
CREATE INDEX "listen_attachment_workspace_id_be6b1c34" ON "listen_attachment" ("workspace_id")
;
CREATE INDEX "listen_device" ON "listen_response" ("workspace_id", "device", "started_at" DESC) WHERE NOT ("device" = '')
;
CREATE INDEX "listen_enclosure_letter_id_e70ba04c" ON "listen_enclosure" ("letter_id")
;
CREATE INDEX "listen_enclosure_workspace_id_93fcbdf1" ON "listen_enclosure" ("workspace_id")
;
CREATE INDEX "listen_invi_custome_2251ee_idx" ON "listen_invitation" ("customer_id", "created_at" DESC)
;
CREATE INDEX "listen_invi_decisio_ca602a_idx" ON "listen_invitation" ("decision_id")
;
CREATE INDEX "listen_invi_workspa_9b2bec_idx" ON "listen_invitation" ("workspace_id", "created_at" DESC)
;
CREATE INDEX "listen_invitation_customer_id_fc8d2046" ON "listen_invitation" ("customer_id")
;
CREATE INDEX "listen_invitation_hot" ON "listen_invitation" ("id") WHERE "flush_id" IS NULL
;
CREATE INDEX "listen_invitation_link_id_bda2edd6" ON "listen_invitation" ("link_id")
;
CREATE INDEX "listen_invitation_probe_id_34dd405b" ON "listen_invitation" ("probe_id")
;
CREATE INDEX "listen_invitation_survey_version_id_e5d49118" ON "listen_invitation" ("survey_version_id")
;
CREATE INDEX "listen_invitation_touchpoint_id_07a404b6" ON "listen_invitation" ("touchpoint_id")
;
CREATE INDEX "listen_invitation_workspace_id_dce3557a" ON "listen_invitation" ("workspace_id")
;
CREATE INDEX "listen_letter_message" ON "listen_letter" ("workspace_id", "message_id")
;
CREATE INDEX "listen_letter_workspace_id_06e59e9f" ON "listen_letter" ("workspace_id")
;
CREATE INDEX "listen_network" ON "listen_response" ("workspace_id", "network", "started_at" DESC) WHERE NOT ("network" = '')
;
CREATE INDEX "listen_official_workspace_id_fb8187bb" ON "listen_official" ("workspace_id")
;
CREATE INDEX "listen_probe_key_4e938c15" ON "listen_probe" ("key")
;
CREATE INDEX "listen_probe_survey_id_05adee37" ON "listen_probe" ("survey_id")
;
CREATE INDEX "listen_probe_touchpoint_id_9203412b" ON "listen_probe" ("touchpoint_id")
;
CREATE INDEX "listen_probe_workspace_id_e3d6cce1" ON "listen_probe" ("workspace_id")
;
CREATE INDEX "listen_probeversion_created_by_id_80013e1a" ON "listen_probeversion" ("created_by_id")
;
CREATE INDEX "listen_probeversion_probe_id_eee26b69" ON "listen_probeversion" ("probe_id")
;
CREATE INDEX "listen_probeversion_workspace_id_99d414b9" ON "listen_probeversion" ("workspace_id")
;
CREATE INDEX "listen_quot_survey__70ae55_idx" ON "listen_quotaplace" ("survey_id", "round", "name")
;
CREATE INDEX "listen_quotaplace_response_id_b2fda5a2" ON "listen_quotaplace" ("response_id")
;
CREATE INDEX "listen_quotaplace_survey_id_10cb20fb" ON "listen_quotaplace" ("survey_id")
;
CREATE INDEX "listen_quotaplace_workspace_id_7ec9f90f" ON "listen_quotaplace" ("workspace_id")
;
CREATE INDEX "listen_resp_workspa_bdf081_idx" ON "listen_response" ("workspace_id", "started_at" DESC)
;
CREATE INDEX "listen_response_customer_id_3b2a4969" ON "listen_response" ("customer_id")
;
CREATE INDEX "listen_response_hot" ON "listen_response" ("id") WHERE "flush_id" IS NULL
;
CREATE INDEX "listen_response_survey_version_id_0f0e49de" ON "listen_response" ("survey_version_id")
;
CREATE INDEX "listen_response_touchpoint_id_160fe2b7" ON "listen_response" ("touchpoint_id")
;
CREATE INDEX "listen_response_workspace_id_e82daeef" ON "listen_response" ("workspace_id")
;
CREATE INDEX "listen_responseoriginal_workspace_id_1f09d0ec" ON "listen_responseoriginal" ("workspace_id")
;
CREATE INDEX "listen_running" ON "listen_response" ("updated_at") WHERE ("completed_at" IS NULL AND "outcome" = '')
;
CREATE INDEX "listen_sour_source__b19a60_idx" ON "listen_sourcerun" ("source_id", "started_at" DESC)
;
CREATE INDEX "listen_source_created_by_id_c746ec44" ON "listen_source" ("created_by_id")
;
CREATE INDEX "listen_source_due" ON "listen_source" ("next_run_at") WHERE "state" = 'on'
;
CREATE INDEX "listen_source_workspace_id_2c91ceeb" ON "listen_source" ("workspace_id")
;
CREATE INDEX "listen_sourcefile_source_id_28565db5" ON "listen_sourcefile" ("source_id")
;
CREATE INDEX "listen_sourcefile_workspace_id_327a829c" ON "listen_sourcefile" ("workspace_id")
;
CREATE INDEX "listen_sourcerun_source_id_9b540ec8" ON "listen_sourcerun" ("source_id")
;
CREATE INDEX "listen_sourcerun_workspace_id_5f4cbc28" ON "listen_sourcerun" ("workspace_id")
;
CREATE INDEX "listen_survey_key_2434b5c3" ON "listen_survey" ("key")
;
CREATE INDEX "listen_survey_workspace_id_ff0667fb" ON "listen_survey" ("workspace_id")
;
CREATE INDEX "listen_surveylink_survey_id_dd7b1603" ON "listen_surveylink" ("survey_id")
;
CREATE INDEX "listen_surveylink_touchpoint_id_7a962a14" ON "listen_surveylink" ("touchpoint_id")
;
CREATE INDEX "listen_surveylink_workspace_id_4fdcfbdc" ON "listen_surveylink" ("workspace_id")
;
CREATE INDEX "listen_surveyversion_survey_id_73524d45" ON "listen_surveyversion" ("survey_id")
;
CREATE INDEX "listen_surveyversion_workspace_id_04bc9d8d" ON "listen_surveyversion" ("workspace_id")
;
CREATE INDEX "listen_turn_voice_id_54353db8" ON "listen_turn" ("voice_id")
;
CREATE INDEX "listen_turn_workspace_id_c538964d" ON "listen_turn" ("workspace_id")
;
CREATE INDEX "listen_turnoriginal_workspace_id_f85c7cf7" ON "listen_turnoriginal" ("workspace_id")
;
CREATE INDEX "listen_voic_custome_6e824c_idx" ON "listen_voice" ("customer_id", "said_at" DESC)
;
CREATE INDEX listen_voic_touchpo_c84228_idx ON listen_voice (touchpoint_id, said_at DESC)
;
CREATE INDEX "listen_voic_workspa_aa8d13_idx" ON "listen_voice" ("workspace_id", "said_at" DESC)
;
CREATE INDEX listen_voice_channel ON listen_voice (workspace_id, channel, said_at DESC)
;
CREATE INDEX "listen_voice_hot" ON "listen_voice" ("id") WHERE "flush_id" IS NULL
;
CREATE INDEX listen_voice_metric ON listen_voice (workspace_id, metric, said_at DESC) WHERE NOT (metric = '')
;
CREATE INDEX "listen_voice_repeats" ON "listen_voice" ("repeats_id") WHERE "repeats_id" IS NOT NULL
;
CREATE INDEX "listen_voice_same" ON "listen_voice" ("workspace_id", "sameness") WHERE "sameness" IS NOT NULL
;
CREATE INDEX listen_voice_score ON listen_voice (workspace_id, score, said_at DESC) WHERE score IS NOT NULL
;
CREATE INDEX listen_voice_source ON listen_voice (workspace_id, source_kind, said_at DESC)
;
CREATE INDEX "listen_voice_thread" ON "listen_voice" ("workspace_id", "thread") WHERE "thread" IS NOT NULL
;
CREATE INDEX "listen_voiceedition_voice_id_ae5d1844" ON "listen_voiceedition" ("voice_id")
;
CREATE INDEX "listen_voiceedition_workspace_id_e68fc8c4" ON "listen_voiceedition" ("workspace_id")
;
CREATE INDEX "listen_voicefile_voice_id_0a19a4e6" ON "listen_voicefile" ("voice_id")
;
CREATE INDEX "listen_voicefile_workspace_id_5dac1724" ON "listen_voicefile" ("workspace_id")
;
CREATE INDEX "listen_voiceoriginal_workspace_id_45425762" ON "listen_voiceoriginal" ("workspace_id")
;
CREATE INDEX "operations__begun_a_885cf1_idx" ON "operations_backup" ("begun_at" DESC)
;
CREATE INDEX "outreach_de_custome_3033d1_idx" ON "outreach_decision" ("customer_id", "at" DESC)
;
CREATE INDEX "outreach_de_workspa_02185e_idx" ON "outreach_decision" ("workspace_id", "at" DESC)
;
CREATE INDEX "outreach_decision_hot" ON "outreach_decision" ("id") WHERE "flush_id" IS NULL
;
CREATE INDEX outreach_decision_probe ON outreach_decision (workspace_id, probe_key, at DESC) WHERE NOT (probe_key = '')
;
CREATE INDEX outreach_decision_rule ON outreach_decision (workspace_id, rule, at DESC)
;
CREATE INDEX "outreach_held" ON "outreach_decision" ("held_until") WHERE ("settled_at" IS NULL AND "verdict" = 'held')
;
CREATE INDEX "outreach_me_custome_638af1_idx" ON "outreach_message" ("customer_id", "created_at" DESC)
;
CREATE INDEX "outreach_me_workspa_b94a2d_idx" ON "outreach_message" ("workspace_id", "case_id")
;
CREATE INDEX "outreach_message_decision_id_a4371475" ON "outreach_message" ("decision_id")
;
CREATE INDEX outreach_message_failed ON outreach_message (workspace_id, created_at DESC) WHERE state = 'failed'
;
CREATE INDEX outreach_message_latest ON outreach_message (workspace_id, created_at DESC)
;
CREATE UNIQUE INDEX "outreach_one_standing_ruling" ON "outreach_decision" ("workspace_id", "ask_key") WHERE "settled_at" IS NULL
;
CREATE INDEX "outreach_outbox" ON "outreach_message" ("not_before") WHERE "state" = 'queued'
;
CREATE INDEX "outreach_policy_created_by_id_80fb75e9" ON "outreach_policy" ("created_by_id")
;
CREATE INDEX "outreach_policy_workspace_id_4343ca45" ON "outreach_policy" ("workspace_id")
;
CREATE INDEX "outreach_rehearsal_created_by_id_10e773be" ON "outreach_rehearsal" ("created_by_id")
;
CREATE INDEX "outreach_rehearsal_workspace_id_8ffdb72e" ON "outreach_rehearsal" ("workspace_id")
;
CREATE INDEX "outreach_sending" ON "outreach_message" ("lease_until") WHERE "state" = 'sending'
;
CREATE INDEX "people_digest_member_id_a84471e9" ON "people_digest" ("member_id")
;
CREATE INDEX "people_digest_workspace_id_e8c01d09" ON "people_digest" ("workspace_id")
;
CREATE INDEX "people_digestchoice_workspace_id_855a0636" ON "people_digestchoice" ("workspace_id")
;
CREATE INDEX "people_follow_member_id_d55a50b8" ON "people_follow" ("member_id")
;
CREATE UNIQUE INDEX "people_follow_once" ON "people_follow" ("member_id", "kind", "value") WHERE "ended_at" IS NULL
;
CREATE INDEX "people_follow_workspace_id_982069f1" ON "people_follow" ("workspace_id")
;
CREATE INDEX "people_list_workspa_30fb03_idx" ON "people_listeningday" ("workspace_id", "day")
;
CREATE INDEX "people_listeningday_member_id_014bfb7a" ON "people_listeningday" ("member_id")
;
CREATE INDEX "people_listeningday_workspace_id_c8940773" ON "people_listeningday" ("workspace_id")
;
CREATE INDEX "people_shar_workspa_b61411_idx" ON "people_share" ("workspace_id", "at" DESC)
;
CREATE INDEX "people_share_by_id_75bec03b" ON "people_share" ("by_id")
;
CREATE INDEX "people_share_to_member_id_5990d8de" ON "people_share" ("to_member_id")
;
CREATE INDEX "people_share_to_team_id_90f2e0fe" ON "people_share" ("to_team_id")
;
CREATE INDEX "people_share_voice_id_8b171a22" ON "people_share" ("voice_id")
;
CREATE INDEX "people_share_workspace_id_fced0f2e" ON "people_share" ("workspace_id")
;
CREATE INDEX "people_than_workspa_c88b37_idx" ON "people_thanks" ("workspace_id", "at" DESC)
;
CREATE UNIQUE INDEX "people_thank_customer_once" ON "people_thanks" ("voice_id") WHERE "to_member_id" IS NULL
;
CREATE INDEX "people_thanks_by_id_94e2e13c" ON "people_thanks" ("by_id")
;
CREATE INDEX "people_thanks_to_member_id_033bd899" ON "people_thanks" ("to_member_id")
;
CREATE INDEX "people_thanks_voice_id_60026926" ON "people_thanks" ("voice_id")
;
CREATE INDEX "people_thanks_workspace_id_f7b07318" ON "people_thanks" ("workspace_id")
;
CREATE INDEX "people_visit_workspace_id_09d75394" ON "people_visit" ("workspace_id")
;
CREATE INDEX "places_plac_workspa_d5b3e2_idx" ON "places_place" ("workspace_id", "kind")
;
CREATE INDEX "places_place_survey_id_eec38394" ON "places_place" ("survey_id")
;
CREATE INDEX "places_place_touchpoint_id_29b4f3ec" ON "places_place" ("touchpoint_id")
;
CREATE INDEX "places_place_workspace_id_466298d4" ON "places_place" ("workspace_id")
;
CREATE INDEX "plugin_answer_workspace_id_00a28c92" ON "plugin_answer" ("workspace_id")
;
CREATE INDEX "plugin_chosen" ON "plugin_outsidechoice" ("workspace_id", "id" DESC)
;
CREATE INDEX "plugin_compared" ON "plugin_comparison" ("workspace_id", "id" DESC)
;
CREATE INDEX "plugin_comparison_asked_by_id_56e4a3cc" ON "plugin_comparison" ("asked_by_id")
;
CREATE INDEX "plugin_comparison_workspace_id_14079e41" ON "plugin_comparison" ("workspace_id")
;
CREATE INDEX "plugin_outsidechoice_by_id_819e6917" ON "plugin_outsidechoice" ("by_id")
;
CREATE INDEX "plugin_outsidechoice_workspace_id_90d89abf" ON "plugin_outsidechoice" ("workspace_id")
;
CREATE INDEX "plugin_outsidemodel_enabled_by_id_70da12f9" ON "plugin_outsidemodel" ("enabled_by_id")
;
CREATE INDEX "plugin_outsidemodel_workspace_id_090f3e16" ON "plugin_outsidemodel" ("workspace_id")
;
CREATE INDEX "plugin_spend_workspace_id_234149d6" ON "plugin_spend" ("workspace_id")
;
CREATE INDEX "respond_businesscalendar_workspace_id_59fa7012" ON "respond_businesscalendar" ("workspace_id")
;
CREATE INDEX "respond_cas_case_id_aafcc8_idx" ON "respond_caseentry" ("case_id", "at")
;
CREATE INDEX "respond_cas_custome_1c532d_idx" ON "respond_case" ("customer_id", "opened_at" DESC)
;
CREATE INDEX "respond_cas_workspa_49a72f_idx" ON "respond_case" ("workspace_id", "owner_id", "state")
;
CREATE INDEX "respond_cas_workspa_4dfec9_idx" ON "respond_case" ("workspace_id", "state", "reply_due_at")
;
CREATE INDEX "respond_case_answer" ON "respond_case" ("answer_by") WHERE "answer_by" IS NOT NULL
;
CREATE INDEX "respond_case_cause_id_4261dc27" ON "respond_case" ("cause_id")
;
CREATE INDEX "respond_case_first_owner_id_2920eda5" ON "respond_case" ("first_owner_id")
;
CREATE INDEX "respond_case_hot" ON "respond_case" ("id") WHERE "flush_id" IS NULL
;
CREATE INDEX respond_case_latest ON respond_case (workspace_id, opened_at DESC)
;
CREATE UNIQUE INDEX "respond_case_origin" ON "respond_case" ("workspace_id", "origin_id") WHERE "origin_id" IS NOT NULL
;
CREATE INDEX "respond_case_origin_id_13aee1f6" ON "respond_case" ("origin_id")
;
CREATE INDEX "respond_case_owner_id_c939cfc1" ON "respond_case" ("owner_id")
;
CREATE INDEX respond_case_state ON respond_case (workspace_id, state, opened_at DESC)
;
CREATE INDEX "respond_case_touchpoint_id_1b9d939a" ON "respond_case" ("touchpoint_id")
;
CREATE INDEX "respond_caseentry_actor_id_e3607565" ON "respond_caseentry" ("actor_id")
;
CREATE INDEX "respond_caseentry_case_id_320163c2" ON "respond_caseentry" ("case_id")
;
CREATE INDEX "respond_caseentry_voice_id_dbad905b" ON "respond_caseentry" ("voice_id")
;
CREATE INDEX "respond_caseentry_workspace_id_6d10326f" ON "respond_caseentry" ("workspace_id")
;
CREATE INDEX "respond_casevoice_case_id_1c92ed6d" ON "respond_casevoice" ("case_id")
;
CREATE INDEX "respond_casevoice_workspace_id_ac54efc0" ON "respond_casevoice" ("workspace_id")
;
CREATE INDEX "respond_cause_key_5848df78" ON "respond_cause" ("key")
;
CREATE INDEX "respond_cause_workspace_id_d4845e18" ON "respond_cause" ("workspace_id")
;
CREATE INDEX "respond_entry_message" ON "respond_caseentry" ("message_id") WHERE "message_id" IS NOT NULL
;
CREATE INDEX "respond_handover_case_id_d99aed1e" ON "respond_handover" ("case_id")
;
CREATE INDEX "respond_handover_giver_id_cac56bca" ON "respond_handover" ("giver_id")
;
CREATE INDEX "respond_handover_taker_id_c76265e3" ON "respond_handover" ("taker_id")
;
CREATE INDEX "respond_handover_workspace_id_7c017da7" ON "respond_handover" ("workspace_id")
;
CREATE UNIQUE INDEX "respond_one_pending_handover" ON "respond_handover" ("case_id") WHERE "state" = 'pending'
;
CREATE INDEX "respond_servicepromise_workspace_id_7824bdd0" ON "respond_servicepromise" ("workspace_id")
;
CREATE INDEX "studies_member_customer_id_617cc3d6" ON "studies_member" ("customer_id")
;
CREATE INDEX "studies_member_wave_id_776d3225" ON "studies_member" ("wave_id")
;
CREATE INDEX "studies_member_workspace_id_45f8e989" ON "studies_member" ("workspace_id")
;
CREATE INDEX "studies_study_key_c06cb946" ON "studies_study" ("key")
;
CREATE INDEX "studies_study_survey_id_4baf7e62" ON "studies_study" ("survey_id")
;
CREATE INDEX "studies_study_workspace_id_7ae82a03" ON "studies_study" ("workspace_id")
;
CREATE INDEX "studies_wave_study_id_92ae904e" ON "studies_wave" ("study_id")
;
CREATE INDEX "studies_wave_workspace_id_34717071" ON "studies_wave" ("workspace_id")
;
CREATE INDEX "tags_tag_created_by_id_b7780762" ON "tags_tag" ("created_by_id")
;
CREATE INDEX "tags_tag_merged_into_id_eb8a12bd" ON "tags_tag" ("merged_into_id")
;
CREATE INDEX "tags_tag_workspace_id_b33d89ba" ON "tags_tag" ("workspace_id")
;
CREATE INDEX "tags_voicet_tag_id_ecfcc8_idx" ON "tags_voicetag" ("tag_id", "voice_id")
;
CREATE INDEX "tags_voicetag_by_id_1f1711f4" ON "tags_voicetag" ("by_id")
;
CREATE INDEX "tags_voicetag_tag_id_2b31fe3e" ON "tags_voicetag" ("tag_id")
;
CREATE INDEX "tags_voicetag_voice_id_c72933ea" ON "tags_voicetag" ("voice_id")
;
CREATE INDEX "tags_voicetag_workspace_id_33a5790d" ON "tags_voicetag" ("workspace_id")
;
CREATE UNIQUE INDEX "teams_one_of_a_name" ON "teams_team" ("workspace_id", "name") WHERE "ended_at" IS NULL
;
CREATE INDEX "teams_team_workspace_id_1c116fee" ON "teams_team" ("workspace_id")
;
CREATE INDEX "teams_teammember_member_id_4dd47b64" ON "teams_teammember" ("member_id")
;
CREATE INDEX "teams_teammember_team_id_09a01daf" ON "teams_teammember" ("team_id")
;
CREATE INDEX "teams_teammember_workspace_id_a6214312" ON "teams_teammember" ("workspace_id")
;
CREATE INDEX "themes_cell_theme_id_aa6a30c4" ON "themes_cell" ("theme_id")
;
CREATE INDEX "themes_cell_workspace_id_573b45c0" ON "themes_cell" ("workspace_id")
;
CREATE INDEX "themes_plac_cell_id_61c507_idx" ON "themes_place" ("cell_id", "nearness" DESC)
;
CREATE INDEX "themes_place_cell_id_87d0bfa0" ON "themes_place" ("cell_id")
;
CREATE INDEX "themes_place_workspace_id_8507458a" ON "themes_place" ("workspace_id")
;
CREATE INDEX "themes_selectedtheme_kept_as_id_810bcc72" ON "themes_selectedtheme" ("kept_as_id")
;
CREATE INDEX "themes_selectedtheme_selection_id_80447b50" ON "themes_selectedtheme" ("selection_id")
;
CREATE INDEX "themes_selectedtheme_workspace_id_c50921e9" ON "themes_selectedtheme" ("workspace_id")
;
CREATE INDEX "themes_them_theme_i_b48950_idx" ON "themes_themechange" ("theme_id", "at" DESC)
;
CREATE INDEX "themes_them_workspa_78983a_idx" ON "themes_theme" ("workspace_id", "gone_at")
;
CREATE INDEX "themes_them_workspa_7e6979_idx" ON "themes_themerun" ("workspace_id", "started_at" DESC)
;
CREATE INDEX "themes_them_workspa_92f536_idx" ON "themes_themeselection" ("workspace_id", "digest", "id" DESC)
;
CREATE INDEX "themes_theme_merged_into_id_53b05890" ON "themes_theme" ("merged_into_id")
;
CREATE INDEX "themes_theme_part_of_id_af349cff" ON "themes_theme" ("part_of_id")
;
CREATE INDEX "themes_theme_workspace_id_161e18ee" ON "themes_theme" ("workspace_id")
;
CREATE INDEX "themes_themechange_by_id_6ca40dd3" ON "themes_themechange" ("by_id")
;
CREATE INDEX "themes_themechange_other_id_974a1025" ON "themes_themechange" ("other_id")
;
CREATE INDEX "themes_themechange_theme_id_c169f678" ON "themes_themechange" ("theme_id")
;
CREATE INDEX "themes_themechange_workspace_id_f11870a8" ON "themes_themechange" ("workspace_id")
;
CREATE INDEX "themes_themerun_asked_by_id_dd3a19e4" ON "themes_themerun" ("asked_by_id")
;
CREATE INDEX "themes_themerun_workspace_id_15f9b453" ON "themes_themerun" ("workspace_id")
;
CREATE INDEX "themes_themeselection_asked_by_id_4387f37a" ON "themes_themeselection" ("asked_by_id")
;
CREATE INDEX "themes_themeselection_workspace_id_c0a5e42f" ON "themes_themeselection" ("workspace_id")
;
CREATE INDEX "themes_themesize_run_id_57b21e66" ON "themes_themesize" ("run_id")
;
CREATE INDEX "themes_themesize_theme_id_d931e60f" ON "themes_themesize" ("theme_id")
;
CREATE INDEX "themes_themesize_workspace_id_7692cc62" ON "themes_themesize" ("workspace_id")
;
CREATE INDEX "understand__workspa_00970f_idx" ON "understand_modelchoice" ("workspace_id", "slot", "id" DESC)
;
CREATE INDEX "understand__workspa_670121_idx" ON "understand_correction" ("workspace_id", "at" DESC)
;
CREATE INDEX "understand__workspa_a27017_idx" ON "understand_textmodel" ("workspace_id", "slot", "id" DESC)
;
CREATE INDEX "understand__workspa_b289a1_idx" ON "understand_voicelabel" ("workspace_id", "code", "said_at" DESC)
;
CREATE UNIQUE INDEX "understand_annotation_current" ON "understand_voiceannotation" ("voice_id", "annotator") WHERE "replaced_at" IS NULL
;
CREATE INDEX "understand_annotation_latest" ON "understand_voiceannotation" ("workspace_id", "said_at" DESC) WHERE "replaced_at" IS NULL
;
CREATE INDEX "understand_backfill_started_by_id_4f457831" ON "understand_backfill" ("started_by_id")
;
CREATE INDEX "understand_backfill_workspace_id_3086ba9f" ON "understand_backfill" ("workspace_id")
;
CREATE INDEX "understand_correction_author_id_38bcdaa1" ON "understand_correction" ("author_id")
;
CREATE INDEX "understand_correction_voice_id_f29c08aa" ON "understand_correction" ("voice_id")
;
CREATE INDEX "understand_correction_workspace_id_feeaa4f2" ON "understand_correction" ("workspace_id")
;
CREATE INDEX "understand_modelchoice_by_id_7a4b94a7" ON "understand_modelchoice" ("by_id")
;
CREATE INDEX "understand_modelchoice_model_id_4ddbf8bd" ON "understand_modelchoice" ("model_id")
;
CREATE INDEX "understand_modelchoice_workspace_id_777ad012" ON "understand_modelchoice" ("workspace_id")
;
CREATE UNIQUE INDEX "understand_one_reviewer" ON "understand_reviewer" ("member_id") WHERE "ended_at" IS NULL
;
CREATE INDEX "understand_reviewer_by_id_c7e7f562" ON "understand_reviewer" ("by_id")
;
CREATE INDEX "understand_reviewer_member_id_07fd157d" ON "understand_reviewer" ("member_id")
;
CREATE INDEX "understand_reviewer_workspace_id_cf921f26" ON "understand_reviewer" ("workspace_id")
;
CREATE INDEX "understand_textmodel_asked_by_id_44134737" ON "understand_textmodel" ("asked_by_id")
;
CREATE INDEX "understand_textmodel_workspace_id_17718d1e" ON "understand_textmodel" ("workspace_id")
;
CREATE INDEX "understand_voiceannotation_hot" ON "understand_voiceannotation" ("id") WHERE "flush_id" IS NULL
;
CREATE INDEX "understand_voiceannotation_voice_id_3a40e7ec" ON "understand_voiceannotation" ("voice_id")
;
CREATE INDEX "understand_voiceannotation_workspace_id_797b69df" ON "understand_voiceannotation" ("workspace_id")
;
CREATE INDEX "understand_voicelabel_voice_id_fd5ee4f6" ON "understand_voicelabel" ("voice_id")
;
CREATE INDEX "understand_voicelabel_workspace_id_0e464035" ON "understand_voicelabel" ("workspace_id")
;
CREATE INDEX "understand_waitingvoice_voice_id_39684719" ON "understand_waitingvoice" ("voice_id")
;
CREATE INDEX "understand_waitingvoice_workspace_id_48f29276" ON "understand_waitingvoice" ("workspace_id")
;
CREATE UNIQUE INDEX "unique_primary_email" ON "account_emailaddress" ("user_id", "primary") WHERE "primary"
;
CREATE UNIQUE INDEX "unique_verified_email" ON "account_emailaddress" ("email") WHERE "verified"
;
CREATE INDEX "webhooks_attempt_delivery_id_bb1708b1" ON "webhooks_attempt" ("delivery_id")
;
CREATE INDEX "webhooks_attempt_workspace_id_4abf58cf" ON "webhooks_attempt" ("workspace_id")
;
CREATE INDEX "webhooks_delivery_due" ON "webhooks_delivery" ("endpoint_id", "run_at") WHERE "state" = 'queued'
;
CREATE INDEX "webhooks_delivery_endpoint_id_6cbee67d" ON "webhooks_delivery" ("endpoint_id")
;
CREATE INDEX "webhooks_delivery_log" ON "webhooks_delivery" ("endpoint_id", "id" DESC)
;
CREATE INDEX "webhooks_delivery_outgoing_id_bff9fe54" ON "webhooks_delivery" ("outgoing_id")
;
CREATE INDEX "webhooks_delivery_sent" ON "webhooks_delivery" ("lease_until") WHERE "state" = 'sending'
;
CREATE INDEX "webhooks_delivery_workspace_id_7d763746" ON "webhooks_delivery" ("workspace_id")
;
CREATE INDEX "webhooks_endpoint_created_by_id_f1288ec5" ON "webhooks_endpoint" ("created_by_id")
;
CREATE INDEX "webhooks_endpoint_live" ON "webhooks_endpoint" ("workspace_id") WHERE "removed_at" IS NULL
;
CREATE INDEX "webhooks_endpoint_workspace_id_7f5fbe8f" ON "webhooks_endpoint" ("workspace_id")
;
CREATE INDEX "webhooks_ou_at_569c7a_idx" ON "webhooks_outgoing" ("at")
;
CREATE INDEX "webhooks_outgoing_customer_id_5517e115" ON "webhooks_outgoing" ("customer_id")
;
CREATE INDEX "webhooks_outgoing_endpoint_id_2e54427d" ON "webhooks_outgoing" ("endpoint_id")
;
CREATE INDEX "webhooks_outgoing_new" ON "webhooks_outgoing" ("id") WHERE "body" IS NULL
;
CREATE INDEX "webhooks_outgoing_workspace_id_a971d99d" ON "webhooks_outgoing" ("workspace_id")
;
CREATE TRIGGER customers_customer_came AFTER INSERT ON customers_customer WHEN NEW.name <> '' OR NEW.email <> '' OR NEW.phone <> '' BEGIN INSERT OR IGNORE INTO customers_customerpending (customer_id) VALUES (NEW.id); END
;
CREATE TRIGGER customers_customer_gone AFTER DELETE ON customers_customer BEGIN DELETE FROM customers_customerwords WHERE rowid = OLD.id; DELETE FROM customers_customerpending WHERE customer_id = OLD.id; END
;
CREATE TRIGGER customers_customer_named AFTER UPDATE OF name, email, phone ON customers_customer WHEN OLD.name <> NEW.name OR OLD.email <> NEW.email OR OLD.phone <> NEW.phone BEGIN INSERT OR IGNORE INTO customers_customerpending (customer_id) VALUES (NEW.id); END
;
CREATE TRIGGER customers_customer_renamed AFTER UPDATE OF name, email, phone ON customers_customer WHEN (OLD.name <> '' OR OLD.email <> '' OR OLD.phone <> '') AND (OLD.name <> NEW.name OR OLD.email <> NEW.email OR OLD.phone <> NEW.phone) BEGIN DELETE FROM customers_customerwords WHERE rowid = OLD.id; END
;
CREATE TRIGGER listen_voice_changed AFTER UPDATE OF text, said_at ON listen_voice WHEN OLD.text <> NEW.text OR OLD.said_at <> NEW.said_at BEGIN DELETE FROM listen_voicewords WHERE rowid = ((CAST(round((julianday(OLD.said_at) - 2440587.5) * 86400) AS INTEGER) << 30) | (OLD.id & 1073741823)); INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (NEW.id); END
;
CREATE TRIGGER listen_voice_customer_told AFTER UPDATE OF attributes ON customers_customer WHEN OLD.attributes <> NEW.attributes AND EXISTS (SELECT 1 FROM listen_markedattribute AS marked WHERE workspace_id = NEW.workspace_id AND (SELECT value FROM json_each(OLD.attributes) WHERE key = marked.name) IS NOT (SELECT value FROM json_each(NEW.attributes) WHERE key = marked.name)) BEGIN INSERT OR IGNORE INTO listen_voicepending (voice_id) SELECT id FROM listen_voice WHERE customer_id = NEW.id; END
;
CREATE TRIGGER listen_voice_gone AFTER DELETE ON listen_voice BEGIN DELETE FROM listen_voicewords WHERE rowid = ((CAST(round((julianday(OLD.said_at) - 2440587.5) * 86400) AS INTEGER) << 30) | (OLD.id & 1073741823)); DELETE FROM listen_voicepending WHERE voice_id = OLD.id; END
;
CREATE TRIGGER listen_voice_marked AFTER UPDATE OF touchpoint_id, customer_id, source_kind, sentiment, metric, score, repeats_id, segment ON listen_voice WHEN (OLD.touchpoint_id, OLD.customer_id, OLD.source_kind, OLD.sentiment, OLD.metric, OLD.score, OLD.repeats_id, OLD.segment) IS NOT (NEW.touchpoint_id, NEW.customer_id, NEW.source_kind, NEW.sentiment, NEW.metric, NEW.score, NEW.repeats_id, NEW.segment) BEGIN INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (NEW.id); END
;
CREATE TRIGGER listen_voice_said AFTER INSERT ON listen_voice BEGIN INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (NEW.id); END
;
CREATE TRIGGER listen_voice_tagged AFTER INSERT ON tags_voicetag BEGIN INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (NEW.voice_id); END
;
CREATE TRIGGER listen_voice_untagged AFTER DELETE ON tags_voicetag BEGIN INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (OLD.voice_id); END
;
CREATE TRIGGER understand_voicelabel_changed AFTER UPDATE ON understand_voicelabel BEGIN INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (OLD.voice_id); INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (NEW.voice_id); END
;
CREATE TRIGGER understand_voicelabel_put AFTER INSERT ON understand_voicelabel BEGIN INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (NEW.voice_id); END
;
CREATE TRIGGER understand_voicelabel_taken AFTER DELETE ON understand_voicelabel BEGIN INSERT OR IGNORE INTO listen_voicepending (voice_id) VALUES (OLD.voice_id); END
