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

CREATE FUNCTION customers_customer_words() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF TG_OP = 'INSERT' THEN   IF NEW.name = '' AND NEW.email = '' AND NEW.phone = '' THEN RETURN NULL; END IF; ELSIF TG_OP = 'UPDATE' THEN   IF OLD.name = NEW.name AND OLD.email = NEW.email AND OLD.phone = NEW.phone THEN RETURN NULL; END IF; ELSIF TG_OP = 'TRUNCATE' THEN   TRUNCATE customers_customerwords; RETURN NULL; ELSE   DELETE FROM customers_customerpending WHERE customer_id = OLD.id;   DELETE FROM customers_customerwords WHERE customer_id = OLD.id; RETURN NULL; END IF; INSERT INTO customers_customerpending (customer_id) VALUES (NEW.id)  ON CONFLICT (customer_id) DO UPDATE SET customer_id = excluded.customer_id; IF TG_OP = 'UPDATE' THEN DELETE FROM customers_customerwords WHERE customer_id = OLD.id; END IF; RETURN NULL; END $$;
CREATE FUNCTION listen_voice_tagging() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF TG_OP = 'DELETE' THEN INSERT INTO listen_voicepending (voice_id) VALUES (OLD.voice_id) ON CONFLICT (voice_id) DO UPDATE SET voice_id = excluded.voice_id; ELSE INSERT INTO listen_voicepending (voice_id) VALUES (NEW.voice_id) ON CONFLICT (voice_id) DO UPDATE SET voice_id = excluded.voice_id; END IF; RETURN NULL; END $$;
CREATE FUNCTION listen_voice_words() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF TG_OP = 'TRUNCATE' THEN   TRUNCATE listen_voicewords; RETURN NULL; END IF; IF TG_OP = 'DELETE' THEN   DELETE FROM listen_voicepending WHERE voice_id = OLD.id;   DELETE FROM listen_voicewords WHERE voice_id = OLD.id; RETURN NULL; END IF; IF TG_OP = 'UPDATE' AND OLD.text = NEW.text AND OLD.said_at = NEW.said_at  AND (OLD.touchpoint_id, OLD.customer_id, OLD.source_kind, OLD.sentiment, OLD.metric, OLD.score, OLD.repeats_id, OLD.segment) IS NOT DISTINCT FROM (NEW.touchpoint_id, NEW.customer_id, NEW.source_kind, NEW.sentiment, NEW.metric, NEW.score, NEW.repeats_id, NEW.segment) THEN   RETURN NULL; END IF; INSERT INTO listen_voicepending (voice_id) VALUES (NEW.id) ON CONFLICT (voice_id) DO UPDATE SET voice_id = excluded.voice_id; IF TG_OP = 'UPDATE' AND (OLD.text <> NEW.text OR OLD.said_at <> NEW.said_at) THEN   DELETE FROM listen_voicewords WHERE voice_id = OLD.id; END IF; RETURN NULL; END $$;
CREATE FUNCTION listen_voices_customer_told() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF OLD.attributes IS DISTINCT FROM NEW.attributes AND EXISTS (SELECT 1 FROM listen_markedattribute AS marked WHERE workspace_id = NEW.workspace_id AND OLD.attributes -> marked.name IS DISTINCT FROM NEW.attributes -> marked.name) THEN   INSERT INTO listen_voicepending (voice_id) SELECT id FROM listen_voice WHERE customer_id = NEW.id ORDER BY id    ON CONFLICT (voice_id) DO UPDATE SET voice_id = excluded.voice_id; END IF; RETURN NULL; END $$;
CREATE FUNCTION listen_voices_marked() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO listen_voicepending (voice_id) SELECT DISTINCT voice_id FROM told ORDER BY voice_id ON CONFLICT (voice_id) DO UPDATE SET voice_id = excluded.voice_id; RETURN NULL; END $$;
CREATE TABLE account_emailaddress (
    id integer NOT NULL,
    email character varying(254) NOT NULL,
    verified boolean NOT NULL,
    "primary" boolean NOT NULL,
    user_id bigint NOT NULL
);
ALTER TABLE account_emailaddress ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME account_emailaddress_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE account_emailconfirmation (
    id integer NOT NULL,
    created timestamp with time zone NOT NULL,
    sent timestamp with time zone,
    key character varying(64) NOT NULL,
    email_address_id integer NOT NULL
);
ALTER TABLE account_emailconfirmation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME account_emailconfirmation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE accounts_accesskey (
    id bigint NOT NULL,
    kind character varying(5) NOT NULL,
    name character varying(120) NOT NULL,
    prefix character varying(12) NOT NULL,
    key_hash character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_by_id bigint,
    workspace_id bigint NOT NULL,
    scopes jsonb NOT NULL
);
ALTER TABLE accounts_accesskey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_accesskey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE accounts_auditentry (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    verb character varying(80) NOT NULL,
    subject character varying(120) NOT NULL,
    detail jsonb NOT NULL,
    actor_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE accounts_auditentry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_auditentry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE accounts_memberinvite (
    id bigint NOT NULL,
    email character varying(254) NOT NULL,
    role character varying(10) NOT NULL,
    token_hash character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    revoked_at timestamp with time zone,
    invited_by_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE accounts_memberinvite ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_memberinvite_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE accounts_membership (
    id bigint NOT NULL,
    role character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    user_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE accounts_membership ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_membership_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE accounts_signinlink (
    id bigint NOT NULL,
    token_hash character varying(64) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    user_id bigint NOT NULL
);
ALTER TABLE accounts_signinlink ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_signinlink_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE accounts_user (
    id bigint NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    email character varying(254) NOT NULL,
    name character varying(120) NOT NULL,
    language character varying(10) NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL
);
ALTER TABLE accounts_user ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE accounts_workspace (
    id bigint NOT NULL,
    slug character varying(60) NOT NULL,
    name character varying(120) NOT NULL,
    language character varying(10) NOT NULL,
    timezone character varying(60) NOT NULL,
    success_statement text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE accounts_workspace ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_workspace_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);
ALTER TABLE auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);
ALTER TABLE auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_attributevalue (
    id bigint NOT NULL,
    name character varying(120) NOT NULL,
    value jsonb,
    valid_from timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    source character varying(40) NOT NULL,
    customer_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    confirmed_at timestamp with time zone
);
ALTER TABLE customers_attributevalue ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_attributevalue_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_clientaccount (
    id bigint NOT NULL,
    key character varying(254) NOT NULL,
    name character varying(200) NOT NULL,
    traits jsonb NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE customers_clientaccount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_clientaccount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_consentrecord (
    id bigint NOT NULL,
    channel character varying(20) NOT NULL,
    purpose character varying(20) NOT NULL,
    granted boolean NOT NULL,
    source character varying(40) NOT NULL,
    at timestamp with time zone NOT NULL,
    workspace_id bigint NOT NULL,
    customer_id bigint NOT NULL
);
ALTER TABLE customers_consentrecord ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_consentrecord_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_contact (
    id bigint NOT NULL,
    role character varying(80) NOT NULL,
    since timestamp with time zone NOT NULL,
    account_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE customers_contact ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_contact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_contest (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    customer_id bigint NOT NULL,
    identifier_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE customers_contest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_contest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_customer (
    id bigint NOT NULL,
    key character varying(32) NOT NULL,
    name character varying(200) NOT NULL,
    email character varying(254) NOT NULL,
    phone character varying(32) NOT NULL,
    language character varying(10) NOT NULL,
    timezone character varying(60) NOT NULL,
    segment character varying(80) NOT NULL,
    attributes jsonb NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    merged_into_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE customers_customer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_customer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_customerkey (
    id bigint NOT NULL,
    key bytea NOT NULL,
    customer_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE customers_customerkey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_customerkey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_customerpending (
    customer_id bigint NOT NULL
);
CREATE TABLE customers_customerwords (
    customer_id bigint NOT NULL,
    pieces tsvector NOT NULL
);
CREATE TABLE customers_erasure (
    id bigint NOT NULL,
    reference character varying(32) NOT NULL,
    via character varying(10) NOT NULL,
    never_again boolean NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    pending jsonb,
    removed jsonb NOT NULL,
    steps jsonb NOT NULL,
    finished_at timestamp with time zone,
    previous character varying(64) NOT NULL,
    digest character varying(64) NOT NULL,
    actor_id bigint,
    workspace_id bigint NOT NULL,
    unread jsonb NOT NULL
);
ALTER TABLE customers_erasure ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_erasure_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_forgotten (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    digest character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE customers_forgotten ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_forgotten_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_identifier (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    value character varying(254) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    customer_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    shared_at timestamp with time zone
);
ALTER TABLE customers_identifier ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_identifier_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_identityepoch (
    workspace_id bigint NOT NULL,
    number bigint NOT NULL
);
CREATE TABLE customers_identityrules (
    workspace_id bigint NOT NULL,
    region character varying(2) NOT NULL,
    keys jsonb NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    completed_with character varying(2) NOT NULL
);
CREATE TABLE customers_merge (
    id bigint NOT NULL,
    reason character varying(200) NOT NULL,
    at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone,
    kept_id bigint NOT NULL,
    merged_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    moved jsonb NOT NULL
);
ALTER TABLE customers_merge ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_merge_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_movement (
    id bigint NOT NULL,
    flush_id bigint,
    kind character varying(20) NOT NULL,
    before character varying(80) NOT NULL,
    after character varying(80) NOT NULL,
    amount bigint,
    at timestamp with time zone NOT NULL,
    customer_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE customers_movement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_movement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE customers_retention (
    workspace_id bigint NOT NULL,
    days jsonb NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
CREATE TABLE customers_workspacekey (
    id bigint NOT NULL,
    key bytea NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE customers_workspacekey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME customers_workspacekey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE delivery_barred (
    id bigint NOT NULL,
    channel character varying(20) NOT NULL,
    address character varying(254) NOT NULL,
    reason character varying(10) NOT NULL,
    detail character varying(300) NOT NULL,
    at timestamp with time zone NOT NULL,
    lifted_at timestamp with time zone,
    workspace_id bigint NOT NULL
);
ALTER TABLE delivery_barred ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME delivery_barred_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE delivery_channelsetup (
    id bigint NOT NULL,
    channel character varying(20) NOT NULL,
    settings jsonb NOT NULL,
    sealed text NOT NULL,
    token character varying(64) NOT NULL,
    cost numeric(10,4) NOT NULL,
    currency character varying(3) NOT NULL,
    per_minute integer NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    paused_at timestamp with time zone,
    tried_at timestamp with time zone,
    trouble text NOT NULL,
    called_at timestamp with time zone,
    cursor character varying(400) NOT NULL,
    turned_away_at timestamp with time zone,
    workspace_id bigint NOT NULL,
    CONSTRAINT delivery_channelsetup_per_minute_check CHECK ((per_minute >= 0))
);
ALTER TABLE delivery_channelsetup ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME delivery_channelsetup_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE delivery_credit (
    id bigint NOT NULL,
    channel character varying(20) NOT NULL,
    key character varying(120) NOT NULL,
    template character varying(120) NOT NULL,
    granted_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    spent_at timestamp with time zone,
    decision_id bigint,
    customer_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE delivery_credit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME delivery_credit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE delivery_minute (
    id bigint NOT NULL,
    channel character varying(20) NOT NULL,
    taken jsonb NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE delivery_minute ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME delivery_minute_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE delivery_report (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    reference character varying(120) NOT NULL,
    units smallint NOT NULL,
    cost numeric(12,4) NOT NULL,
    detail character varying(300) NOT NULL,
    at timestamp with time zone NOT NULL,
    message_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT delivery_report_units_check CHECK ((units >= 0))
);
ALTER TABLE delivery_report ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME delivery_report_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);
ALTER TABLE django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);
ALTER TABLE django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);
CREATE TABLE events_event (
    id bigint NOT NULL,
    flush_id bigint,
    type character varying(10) NOT NULL,
    name character varying(200) NOT NULL,
    ts timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    message_key character varying(32) NOT NULL,
    properties jsonb NOT NULL,
    context jsonb NOT NULL,
    customer_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE events_event ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME events_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE events_export (
    id bigint NOT NULL,
    "table" character varying(12) NOT NULL,
    format character varying(8) NOT NULL,
    filters jsonb NOT NULL,
    language character varying(10) NOT NULL,
    token character varying(43) NOT NULL,
    state character varying(8) NOT NULL,
    rows_total bigint,
    rows_done bigint NOT NULL,
    bytes bigint NOT NULL,
    error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone,
    created_by_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE events_export ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME events_export_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE events_import (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    filename character varying(255) NOT NULL,
    path character varying(500) NOT NULL,
    digest character varying(64) NOT NULL,
    mapping jsonb NOT NULL,
    state character varying(10) NOT NULL,
    rows_total bigint,
    rows_read bigint NOT NULL,
    rows_good bigint NOT NULL,
    rows_repeated bigint NOT NULL,
    rows_bad bigint NOT NULL,
    error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    created_by_id bigint,
    workspace_id bigint NOT NULL,
    started_at timestamp with time zone,
    started_row bigint NOT NULL
);
ALTER TABLE events_import ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME events_import_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE events_importmark (
    id bigint NOT NULL,
    subject character varying(12) NOT NULL,
    object_id bigint NOT NULL,
    import_file_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE events_importmark ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME events_importmark_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE events_intakecount (
    id bigint NOT NULL,
    day date NOT NULL,
    events bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE events_intakecount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME events_intakecount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE events_intakecursor (
    name character varying(40) NOT NULL,
    "position" bigint NOT NULL
);
CREATE TABLE events_intakelimit (
    id bigint NOT NULL,
    per_second integer,
    per_day bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT events_intakelimit_per_second_check CHECK ((per_second >= 0))
);
ALTER TABLE events_intakelimit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME events_intakelimit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE events_intakerow (
    id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    received_at timestamp with time zone NOT NULL,
    body bytea NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000');
ALTER TABLE ONLY events_intakerow ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE events_intakerow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME events_intakerow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE events_quarantinedrow (
    id bigint NOT NULL,
    source character varying(10) NOT NULL,
    row_number bigint,
    field character varying(120) NOT NULL,
    reason text NOT NULL,
    payload text NOT NULL,
    at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    import_file_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE events_quarantinedrow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME events_quarantinedrow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE events_savedmapping (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    name character varying(80) NOT NULL,
    signature character varying(32) NOT NULL,
    columns jsonb NOT NULL,
    mapping jsonb NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    created_by_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE events_savedmapping ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME events_savedmapping_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE events_upload (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    filename character varying(255) NOT NULL,
    path character varying(32) NOT NULL,
    length bigint NOT NULL,
    received bigint NOT NULL,
    wanted jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    import_file_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE events_upload ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME events_upload_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE inbound_inboundrequest (
    id bigint NOT NULL,
    body text NOT NULL,
    content_type character varying(120) NOT NULL,
    delivery character varying(200) NOT NULL,
    state character varying(8) NOT NULL,
    reason text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    workspace_id bigint NOT NULL,
    source_id bigint NOT NULL
);
ALTER TABLE inbound_inboundrequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME inbound_inboundrequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE inbound_inboundsource (
    id bigint NOT NULL,
    name character varying(120) NOT NULL,
    token character varying(64) NOT NULL,
    proof character varying(12) NOT NULL,
    header character varying(120) NOT NULL,
    secret text NOT NULL,
    mapping jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    received bigint NOT NULL,
    taken bigint NOT NULL,
    turned_away bigint NOT NULL,
    last_received_at timestamp with time zone,
    last_turned_away_at timestamp with time zone,
    created_by_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE inbound_inboundsource ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME inbound_inboundsource_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE jobs_job (
    id bigint NOT NULL,
    task character varying(200) NOT NULL,
    arguments jsonb NOT NULL,
    queue character varying(40) NOT NULL,
    priority smallint NOT NULL,
    unique_key character varying(200),
    state character varying(8) NOT NULL,
    run_at timestamp with time zone NOT NULL,
    attempts smallint NOT NULL,
    max_attempts smallint NOT NULL,
    lease_owner character varying(64) NOT NULL,
    lease_until timestamp with time zone,
    last_error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    request character varying(64) NOT NULL,
    CONSTRAINT jobs_job_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT jobs_job_max_attempts_check CHECK ((max_attempts >= 0))
);
ALTER TABLE jobs_job ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME jobs_job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE jobs_keptreply (
    scope character varying(64) NOT NULL,
    request character varying(64) NOT NULL,
    status smallint NOT NULL,
    content_type character varying(100) NOT NULL,
    body text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT jobs_keptreply_status_check CHECK ((status >= 0))
);
CREATE TABLE jobs_lakedirty (
    id bigint NOT NULL,
    "table" character varying(80) NOT NULL,
    workspace_id bigint NOT NULL,
    day date NOT NULL
);
ALTER TABLE jobs_lakedirty ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME jobs_lakedirty_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE jobs_lakeerasure (
    id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    customer_key character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL
);
ALTER TABLE jobs_lakeerasure ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME jobs_lakeerasure_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE jobs_lakehead (
    "table" character varying(80) NOT NULL,
    version bigint,
    moved_at timestamp with time zone NOT NULL,
    flushed bigint NOT NULL,
    pending_high bigint,
    pending_low bigint,
    compacted_at timestamp with time zone
);
CREATE TABLE jobs_lakerollup (
    id bigint NOT NULL,
    rollup character varying(80) NOT NULL,
    workspace_id bigint NOT NULL,
    zone character varying(60) NOT NULL,
    contract smallint NOT NULL,
    built_at timestamp with time zone NOT NULL,
    checked_at timestamp with time zone,
    checked_days integer NOT NULL,
    difference text NOT NULL,
    CONSTRAINT jobs_lakerollup_checked_days_check CHECK ((checked_days >= 0)),
    CONSTRAINT jobs_lakerollup_contract_check CHECK ((contract >= 0))
);
ALTER TABLE jobs_lakerollup ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME jobs_lakerollup_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE jobs_schedulemark (
    task character varying(200) NOT NULL,
    queued_at timestamp with time zone NOT NULL
);
CREATE TABLE jobs_workerlease (
    name character varying(80) NOT NULL,
    owner character varying(64) NOT NULL,
    until timestamp with time zone NOT NULL,
    fence bigint NOT NULL
);
CREATE TABLE journeys_touchpoint (
    id bigint NOT NULL,
    key character varying(60) NOT NULL,
    name character varying(120) NOT NULL,
    name_zh character varying(120) NOT NULL,
    stage character varying(60) NOT NULL,
    channel character varying(40) NOT NULL,
    event_names jsonb NOT NULL,
    "position" integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    archived_at timestamp with time zone,
    owner_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT journeys_touchpoint_position_check CHECK (("position" >= 0))
);
ALTER TABLE journeys_touchpoint ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME journeys_touchpoint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_attachment (
    id bigint NOT NULL,
    key character varying(32) NOT NULL,
    question character varying(40) NOT NULL,
    name character varying(255) NOT NULL,
    type character varying(100) NOT NULL,
    size integer NOT NULL,
    content bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    response_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT listen_attachment_size_check CHECK ((size >= 0))
);
ALTER TABLE listen_attachment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_attachment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_enclosure (
    id bigint NOT NULL,
    name character varying(255) NOT NULL,
    type character varying(100) NOT NULL,
    size integer NOT NULL,
    content bytea,
    received_at timestamp with time zone NOT NULL,
    workspace_id bigint NOT NULL,
    letter_id bigint NOT NULL,
    CONSTRAINT listen_enclosure_size_check CHECK ((size >= 0))
);
ALTER TABLE listen_enclosure ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_enclosure_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_invitation (
    id bigint NOT NULL,
    flush_id bigint,
    token character varying(43) NOT NULL,
    channel character varying(20) NOT NULL,
    event_id bigint,
    decision_id bigint,
    case_id bigint,
    snapshot jsonb NOT NULL,
    language character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    opened_at timestamp with time zone,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    customer_id bigint,
    touchpoint_id bigint,
    workspace_id bigint NOT NULL,
    probe_id bigint,
    survey_version_id bigint NOT NULL,
    link_id bigint,
    figures smallint,
    figures_at timestamp with time zone,
    denied_at timestamp with time zone
);
ALTER TABLE listen_invitation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_invitation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_letter (
    id bigint NOT NULL,
    message_id character varying(300) NOT NULL,
    answers jsonb NOT NULL,
    received_at timestamp with time zone NOT NULL,
    marks jsonb NOT NULL,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE listen_letter ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_letter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_markedattribute (
    id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    name character varying(400) NOT NULL,
    below bigint,
    is_marked boolean NOT NULL
);
ALTER TABLE listen_markedattribute ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_markedattribute_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_official (
    id bigint NOT NULL,
    authority character varying(200) NOT NULL,
    reference character varying(100) NOT NULL,
    answer_by timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE listen_official ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_official_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_probe (
    id bigint NOT NULL,
    key character varying(60) NOT NULL,
    name character varying(120) NOT NULL,
    event_name character varying(200) NOT NULL,
    conditions jsonb NOT NULL,
    delay_seconds integer NOT NULL,
    expires_after_seconds integer NOT NULL,
    channel character varying(20) NOT NULL,
    share double precision NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    paused_at timestamp with time zone,
    touchpoint_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    survey_id bigint NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    absent_event character varying(200) NOT NULL,
    absent_match character varying(120) NOT NULL,
    fallbacks jsonb NOT NULL,
    measured_at timestamp with time zone,
    priority smallint NOT NULL,
    quota jsonb NOT NULL,
    quota_days double precision NOT NULL,
    sampling character varying(12) NOT NULL,
    standing jsonb NOT NULL,
    strata jsonb NOT NULL,
    weight double precision NOT NULL,
    CONSTRAINT listen_probe_delay_seconds_check CHECK ((delay_seconds >= 0)),
    CONSTRAINT listen_probe_expires_after_seconds_check CHECK ((expires_after_seconds >= 0))
);
ALTER TABLE listen_probe ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_probe_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_probeversion (
    id bigint NOT NULL,
    number integer NOT NULL,
    spec jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    created_by_id bigint,
    probe_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT listen_probeversion_number_check CHECK ((number >= 0))
);
ALTER TABLE listen_probeversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_probeversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_quotaplace (
    id bigint NOT NULL,
    name character varying(40) NOT NULL,
    response_id bigint NOT NULL,
    survey_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    round character varying(40) NOT NULL
);
ALTER TABLE listen_quotaplace ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_quotaplace_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_response (
    id bigint NOT NULL,
    flush_id bigint,
    key character varying(64) NOT NULL,
    channel character varying(20) NOT NULL,
    segment character varying(80) NOT NULL,
    language character varying(10) NOT NULL,
    answers jsonb NOT NULL,
    metric character varying(8) NOT NULL,
    score smallint,
    import_id bigint,
    started_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    completed_at timestamp with time zone,
    customer_id bigint,
    invitation_id bigint,
    touchpoint_id bigint,
    workspace_id bigint NOT NULL,
    survey_version_id bigint,
    aside jsonb NOT NULL,
    device character varying(32) NOT NULL,
    marks jsonb NOT NULL,
    network character varying(32) NOT NULL,
    outcome character varying(10) NOT NULL,
    seconds double precision
);
ALTER TABLE listen_response ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_response_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_responseoriginal (
    id bigint NOT NULL,
    keyed_by bigint,
    sealed bytea NOT NULL,
    started_at timestamp with time zone NOT NULL,
    response_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE listen_responseoriginal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_responseoriginal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_source (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    name character varying(120) NOT NULL,
    settings jsonb NOT NULL,
    sealed text NOT NULL,
    every_seconds integer NOT NULL,
    cursor jsonb NOT NULL,
    state character varying(8) NOT NULL,
    next_run_at timestamp with time zone NOT NULL,
    asked_at timestamp with time zone,
    last_run_at timestamp with time zone,
    last_good_at timestamp with time zone,
    failures smallint NOT NULL,
    trouble jsonb NOT NULL,
    turn bigint NOT NULL,
    lease_owner character varying(64) NOT NULL,
    lease_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT listen_source_every_seconds_check CHECK ((every_seconds >= 0)),
    CONSTRAINT listen_source_failures_check CHECK ((failures >= 0)),
    CONSTRAINT listen_source_turn_check CHECK ((turn >= 0))
);
ALTER TABLE listen_source ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_source_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_sourcefile (
    id bigint NOT NULL,
    digest character varying(64) NOT NULL,
    import_id bigint,
    at timestamp with time zone NOT NULL,
    source_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE listen_sourcefile ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_sourcefile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_sourcerun (
    id bigint NOT NULL,
    turn bigint NOT NULL,
    by_hand boolean NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    read integer NOT NULL,
    taken integer NOT NULL,
    known integer NOT NULL,
    refused integer NOT NULL,
    aside jsonb NOT NULL,
    import_ids jsonb NOT NULL,
    trouble jsonb NOT NULL,
    source_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT listen_sourcerun_known_check CHECK ((known >= 0)),
    CONSTRAINT listen_sourcerun_read_check CHECK ((read >= 0)),
    CONSTRAINT listen_sourcerun_refused_check CHECK ((refused >= 0)),
    CONSTRAINT listen_sourcerun_taken_check CHECK ((taken >= 0)),
    CONSTRAINT listen_sourcerun_turn_check CHECK ((turn >= 0))
);
ALTER TABLE listen_sourcerun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_sourcerun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_survey (
    id bigint NOT NULL,
    key character varying(60) NOT NULL,
    name character varying(120) NOT NULL,
    family character varying(40) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    archived_at timestamp with time zone,
    workspace_id bigint NOT NULL,
    closes_at timestamp with time zone,
    draft jsonb,
    draft_revision integer NOT NULL,
    draft_saved_at timestamp with time zone,
    CONSTRAINT listen_survey_draft_revision_check CHECK ((draft_revision >= 0))
);
ALTER TABLE listen_survey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_survey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_surveylink (
    id bigint NOT NULL,
    token character varying(43) NOT NULL,
    name character varying(120) NOT NULL,
    channel character varying(20) NOT NULL,
    single_use boolean NOT NULL,
    most integer,
    created_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone,
    closed_at timestamp with time zone,
    survey_id bigint NOT NULL,
    touchpoint_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT listen_surveylink_most_check CHECK ((most >= 0))
);
ALTER TABLE listen_surveylink ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_surveylink_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_surveyversion (
    id bigint NOT NULL,
    number integer NOT NULL,
    definition jsonb NOT NULL,
    published_at timestamp with time zone NOT NULL,
    survey_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT listen_surveyversion_number_check CHECK ((number >= 0))
);
ALTER TABLE listen_surveyversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_surveyversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_turn (
    id bigint NOT NULL,
    number integer NOT NULL,
    key character varying(40) NOT NULL,
    speaker character varying(8) NOT NULL,
    name character varying(120) NOT NULL,
    text text NOT NULL,
    hidden jsonb,
    at timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT listen_turn_number_check CHECK ((number >= 0))
);
ALTER TABLE listen_turn ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_turn_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_turnoriginal (
    id bigint NOT NULL,
    keyed_by bigint,
    sealed bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    turn_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE listen_turnoriginal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_turnoriginal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_voice (
    id bigint NOT NULL,
    flush_id bigint,
    key character varying(64) NOT NULL,
    initiator character varying(10) NOT NULL,
    source_kind character varying(12) NOT NULL,
    channel character varying(20) NOT NULL,
    public boolean NOT NULL,
    text text NOT NULL,
    language character varying(10) NOT NULL,
    segment character varying(80) NOT NULL,
    metric character varying(8) NOT NULL,
    score smallint,
    sentiment character varying(8) NOT NULL,
    attributes jsonb NOT NULL,
    import_id bigint,
    said_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    customer_id bigint,
    response_id bigint,
    touchpoint_id bigint,
    workspace_id bigint NOT NULL,
    hidden jsonb,
    repeats_id bigint,
    sameness character varying(32),
    thread character varying(64)
);
ALTER TABLE listen_voice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_voice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_voiceedition (
    id bigint NOT NULL,
    text text NOT NULL,
    metric character varying(8) NOT NULL,
    score smallint,
    replaced_at timestamp with time zone NOT NULL,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE listen_voiceedition ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_voiceedition_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_voicefile (
    id bigint NOT NULL,
    key character varying(32) NOT NULL,
    name character varying(255) NOT NULL,
    type character varying(100) NOT NULL,
    size integer NOT NULL,
    content bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT listen_voicefile_size_check CHECK ((size >= 0))
);
ALTER TABLE listen_voicefile ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_voicefile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_voiceoriginal (
    id bigint NOT NULL,
    keyed_by bigint,
    sealed bytea NOT NULL,
    said_at timestamp with time zone NOT NULL,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE listen_voiceoriginal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME listen_voiceoriginal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE listen_voicepending (
    voice_id bigint NOT NULL
);
CREATE TABLE listen_voicewords (
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    said_at timestamp with time zone NOT NULL,
    words tsvector NOT NULL
);
CREATE TABLE operations_backup (
    id bigint NOT NULL,
    path character varying(500) NOT NULL,
    cause character varying(8) NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    size bigint,
    rows bigint,
    error text NOT NULL,
    removed_at timestamp with time zone
);
ALTER TABLE operations_backup ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME operations_backup_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE outreach_decision (
    id bigint NOT NULL,
    flush_id bigint,
    at timestamp with time zone NOT NULL,
    purpose character varying(20) NOT NULL,
    family character varying(40) NOT NULL,
    channel character varying(20) NOT NULL,
    verdict character varying(5) NOT NULL,
    rule character varying(40) NOT NULL,
    facts jsonb NOT NULL,
    policy_version integer NOT NULL,
    held_until timestamp with time zone,
    settled_at timestamp with time zone,
    probe_key character varying(60) NOT NULL,
    touchpoint_key character varying(60) NOT NULL,
    event_id bigint,
    ask_key character varying(64) NOT NULL,
    customer_id bigint,
    workspace_id bigint NOT NULL,
    segment character varying(80) NOT NULL,
    priority smallint NOT NULL,
    bid double precision,
    digest character varying(32) NOT NULL,
    CONSTRAINT outreach_decision_policy_version_check CHECK ((policy_version >= 0))
);
ALTER TABLE outreach_decision ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME outreach_decision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE outreach_message (
    id bigint NOT NULL,
    purpose character varying(20) NOT NULL,
    channel character varying(20) NOT NULL,
    language character varying(10) NOT NULL,
    address character varying(254) NOT NULL,
    subject character varying(300) NOT NULL,
    text text NOT NULL,
    html text NOT NULL,
    headers jsonb NOT NULL,
    idempotency_key character varying(120) NOT NULL,
    case_id bigint,
    state character varying(10) NOT NULL,
    not_before timestamp with time zone NOT NULL,
    attempts smallint NOT NULL,
    lease_owner character varying(64) NOT NULL,
    lease_until timestamp with time zone,
    error text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    customer_id bigint NOT NULL,
    decision_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT outreach_message_attempts_check CHECK ((attempts >= 0))
);
ALTER TABLE outreach_message ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME outreach_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE outreach_policy (
    id bigint NOT NULL,
    version integer NOT NULL,
    rules jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT outreach_policy_version_check CHECK ((version >= 0))
);
ALTER TABLE outreach_policy ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME outreach_policy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE outreach_rehearsal (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    wanted jsonb NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    total integer NOT NULL,
    done integer NOT NULL,
    cursor bigint NOT NULL,
    result jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    created_by_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT outreach_rehearsal_done_check CHECK ((done >= 0)),
    CONSTRAINT outreach_rehearsal_total_check CHECK ((total >= 0))
);
ALTER TABLE outreach_rehearsal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME outreach_rehearsal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE people_digest (
    id bigint NOT NULL,
    period character varying(16) NOT NULL,
    state character varying(8) NOT NULL,
    until timestamp with time zone NOT NULL,
    at timestamp with time zone NOT NULL,
    member_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE people_digest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME people_digest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE people_digestchoice (
    id bigint NOT NULL,
    every character varying(4) NOT NULL,
    timezone character varying(60) NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    member_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE people_digestchoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME people_digestchoice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE people_follow (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    value character varying(400) NOT NULL,
    name character varying(80) NOT NULL,
    since timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    member_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE people_follow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME people_follow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE people_listeningday (
    id bigint NOT NULL,
    day date NOT NULL,
    member_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE people_listeningday ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME people_listeningday_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE people_share (
    id bigint NOT NULL,
    note text NOT NULL,
    at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    by_id bigint NOT NULL,
    to_member_id bigint,
    to_team_id bigint,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT people_share_has_one_taker CHECK ((((to_member_id IS NOT NULL) AND (to_team_id IS NULL)) OR ((to_member_id IS NULL) AND (to_team_id IS NOT NULL))))
);
ALTER TABLE people_share ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME people_share_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE people_thanks (
    id bigint NOT NULL,
    text text NOT NULL,
    message_id bigint,
    at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    by_id bigint NOT NULL,
    to_member_id bigint,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE people_thanks ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME people_thanks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE people_visit (
    id bigint NOT NULL,
    since_id bigint NOT NULL,
    seen_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    member_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE people_visit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME people_visit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE places_place (
    id bigint NOT NULL,
    kind character varying(8) NOT NULL,
    code character varying(16) NOT NULL,
    name character varying(120) NOT NULL,
    employee character varying(80) NOT NULL,
    settings jsonb NOT NULL,
    sealed text NOT NULL,
    seen bigint NOT NULL,
    answered bigint NOT NULL,
    last_seen_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    survey_id bigint,
    touchpoint_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE places_place ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME places_place_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE plugin_answer (
    id bigint NOT NULL,
    digest character varying(40) NOT NULL,
    labels jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE plugin_answer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME plugin_answer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE plugin_comparison (
    id bigint NOT NULL,
    model character varying(120) NOT NULL,
    rows integer NOT NULL,
    sample jsonb NOT NULL,
    figures jsonb NOT NULL,
    trouble character varying(400) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    asked_by_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT plugin_comparison_rows_check CHECK ((rows >= 0))
);
ALTER TABLE plugin_comparison ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME plugin_comparison_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE plugin_outsidechoice (
    id bigint NOT NULL,
    labels jsonb NOT NULL,
    reason character varying(12) NOT NULL,
    at timestamp with time zone NOT NULL,
    by_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE plugin_outsidechoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME plugin_outsidechoice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE plugin_outsidemodel (
    id bigint NOT NULL,
    base_url character varying(500) NOT NULL,
    model character varying(120) NOT NULL,
    key text NOT NULL,
    currency character varying(3) NOT NULL,
    price_in numeric(10,4) NOT NULL,
    price_out numeric(10,4) NOT NULL,
    monthly_cap numeric(10,2) NOT NULL,
    batch_size smallint NOT NULL,
    timeout smallint NOT NULL,
    enabled_at timestamp with time zone,
    changed_at timestamp with time zone NOT NULL,
    enabled_by_id bigint,
    workspace_id bigint NOT NULL,
    paused_until timestamp with time zone,
    trouble character varying(400) NOT NULL,
    troubled_at timestamp with time zone,
    CONSTRAINT plugin_outsidemodel_batch_size_check CHECK ((batch_size >= 0)),
    CONSTRAINT plugin_outsidemodel_timeout_check CHECK ((timeout >= 0))
);
ALTER TABLE plugin_outsidemodel ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME plugin_outsidemodel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE plugin_spend (
    id bigint NOT NULL,
    month character varying(7) NOT NULL,
    calls integer NOT NULL,
    tokens_in bigint NOT NULL,
    tokens_out bigint NOT NULL,
    cost bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT plugin_spend_calls_check CHECK ((calls >= 0)),
    CONSTRAINT plugin_spend_tokens_in_check CHECK ((tokens_in >= 0)),
    CONSTRAINT plugin_spend_tokens_out_check CHECK ((tokens_out >= 0))
);
ALTER TABLE plugin_spend ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME plugin_spend_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE respond_businesscalendar (
    id bigint NOT NULL,
    shifts jsonb NOT NULL,
    holidays jsonb NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE respond_businesscalendar ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME respond_businesscalendar_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE respond_case (
    id bigint NOT NULL,
    flush_id bigint,
    number integer NOT NULL,
    token character varying(43) NOT NULL,
    version integer NOT NULL,
    subject character varying(200) NOT NULL,
    state character varying(8) NOT NULL,
    priority character varying(8) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    clock_started_at timestamp with time zone NOT NULL,
    paused interval NOT NULL,
    waiting_since timestamp with time zone,
    first_reply_due_at timestamp with time zone NOT NULL,
    first_reply_at timestamp with time zone,
    unanswered_since timestamp with time zone,
    reply_due_at timestamp with time zone,
    resolve_due_at timestamp with time zone NOT NULL,
    reply_breached_at timestamp with time zone,
    resolve_breached_at timestamp with time zone,
    escalated_at timestamp with time zone,
    closed_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    reopened_count smallint NOT NULL,
    customer_id bigint,
    first_owner_id bigint NOT NULL,
    origin_id bigint,
    owner_id bigint NOT NULL,
    touchpoint_id bigint,
    workspace_id bigint NOT NULL,
    cause_id bigint,
    answer_breached_at timestamp with time zone,
    answer_by timestamp with time zone,
    CONSTRAINT respond_case_closed_with_cause CHECK ((((cause_id IS NOT NULL) AND (closed_at IS NOT NULL) AND ((state)::text = 'closed'::text)) OR ((NOT ((state)::text = 'closed'::text)) AND (closed_at IS NULL)))),
    CONSTRAINT respond_case_number_check CHECK ((number >= 0)),
    CONSTRAINT respond_case_reopened_count_check CHECK ((reopened_count >= 0)),
    CONSTRAINT respond_case_reply_clock CHECK ((((reply_due_at IS NULL) AND (unanswered_since IS NULL)) OR ((reply_due_at IS NOT NULL) AND (unanswered_since IS NOT NULL)))),
    CONSTRAINT respond_case_version_check CHECK ((version >= 0)),
    CONSTRAINT respond_case_waits_since CHECK (((((state)::text = 'waiting'::text) AND (waiting_since IS NOT NULL)) OR ((NOT ((state)::text = 'waiting'::text)) AND (waiting_since IS NULL))))
);
ALTER TABLE respond_case ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME respond_case_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE respond_caseentry (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    at timestamp with time zone NOT NULL,
    text text NOT NULL,
    detail jsonb NOT NULL,
    version integer NOT NULL,
    message_id bigint,
    actor_id bigint,
    case_id bigint NOT NULL,
    voice_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT respond_caseentry_version_check CHECK ((version >= 0))
);
ALTER TABLE respond_caseentry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME respond_caseentry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE respond_casevoice (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    case_id bigint NOT NULL,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE respond_casevoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME respond_casevoice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE respond_cause (
    id bigint NOT NULL,
    key character varying(60) NOT NULL,
    name character varying(120) NOT NULL,
    name_zh character varying(120) NOT NULL,
    archived_at timestamp with time zone,
    workspace_id bigint NOT NULL
);
ALTER TABLE respond_cause ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME respond_cause_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE respond_handover (
    id bigint NOT NULL,
    reason text NOT NULL,
    state character varying(8) NOT NULL,
    at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    answer text NOT NULL,
    case_id bigint NOT NULL,
    giver_id bigint NOT NULL,
    taker_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE respond_handover ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME respond_handover_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE respond_servicepromise (
    id bigint NOT NULL,
    priority character varying(8) NOT NULL,
    first_reply_minutes integer NOT NULL,
    resolve_minutes integer NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT respond_servicepromise_first_reply_minutes_check CHECK ((first_reply_minutes >= 0)),
    CONSTRAINT respond_servicepromise_resolve_minutes_check CHECK ((resolve_minutes >= 0))
);
ALTER TABLE respond_servicepromise ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME respond_servicepromise_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE studies_member (
    id bigint NOT NULL,
    segment character varying(80) NOT NULL,
    verdict character varying(5) NOT NULL,
    rule character varying(40) NOT NULL,
    drawn_at timestamp with time zone NOT NULL,
    customer_id bigint,
    invitation_id bigint,
    workspace_id bigint NOT NULL,
    wave_id bigint NOT NULL
);
ALTER TABLE studies_member ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME studies_member_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE studies_study (
    id bigint NOT NULL,
    key character varying(50) NOT NULL,
    name character varying(120) NOT NULL,
    channel character varying(20) NOT NULL,
    fallbacks jsonb NOT NULL,
    segments jsonb NOT NULL,
    conditions jsonb NOT NULL,
    sample_size integer,
    quotas jsonb NOT NULL,
    every_months smallint NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    open_days smallint NOT NULL,
    ends_at timestamp with time zone,
    rest_waves smallint NOT NULL,
    priority smallint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    launched_at timestamp with time zone,
    paused_at timestamp with time zone,
    survey_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT studies_study_every_months_check CHECK ((every_months >= 0)),
    CONSTRAINT studies_study_open_days_check CHECK ((open_days >= 0)),
    CONSTRAINT studies_study_rest_waves_check CHECK ((rest_waves >= 0)),
    CONSTRAINT studies_study_sample_size_check CHECK ((sample_size >= 0))
);
ALTER TABLE studies_study ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME studies_study_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE studies_wave (
    id bigint NOT NULL,
    number integer NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    frame jsonb NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    drawn_at timestamp with time zone,
    closed_at timestamp with time zone,
    study_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT studies_wave_number_check CHECK ((number >= 0))
);
ALTER TABLE studies_wave ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME studies_wave_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE tags_tag (
    id bigint NOT NULL,
    name character varying(40) NOT NULL,
    key character varying(80) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    merged_at timestamp with time zone,
    created_by_id bigint,
    merged_into_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE tags_tag ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME tags_tag_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE tags_voicetag (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    by_id bigint,
    tag_id bigint NOT NULL,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE tags_voicetag ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME tags_voicetag_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE teams_team (
    id bigint NOT NULL,
    name character varying(80) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    workspace_id bigint NOT NULL
);
ALTER TABLE teams_team ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME teams_team_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE teams_teammember (
    id bigint NOT NULL,
    since timestamp with time zone NOT NULL,
    member_id bigint NOT NULL,
    team_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE teams_teammember ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME teams_teammember_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE themes_cell (
    id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    theme_id bigint NOT NULL
);
ALTER TABLE themes_cell ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME themes_cell_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE themes_place (
    voice_id bigint NOT NULL,
    language character varying(2) NOT NULL,
    nearness double precision NOT NULL,
    same_as bigint,
    cell_id bigint,
    workspace_id bigint NOT NULL
);
CREATE TABLE themes_selectedtheme (
    id bigint NOT NULL,
    rank smallint NOT NULL,
    name_en character varying(120) NOT NULL,
    name_zh character varying(120) NOT NULL,
    topic character varying(20) NOT NULL,
    terms jsonb NOT NULL,
    size integer NOT NULL,
    figures jsonb NOT NULL,
    members bytea NOT NULL,
    kept_as_id bigint,
    workspace_id bigint NOT NULL,
    selection_id bigint NOT NULL,
    CONSTRAINT themes_selectedtheme_rank_check CHECK ((rank >= 0)),
    CONSTRAINT themes_selectedtheme_size_check CHECK ((size >= 0))
);
ALTER TABLE themes_selectedtheme ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME themes_selectedtheme_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE themes_theme (
    id bigint NOT NULL,
    name_en character varying(120) NOT NULL,
    name_zh character varying(120) NOT NULL,
    given_en character varying(120) NOT NULL,
    given_zh character varying(120) NOT NULL,
    topic character varying(20) NOT NULL,
    terms jsonb NOT NULL,
    born_at timestamp with time zone NOT NULL,
    gone_at timestamp with time zone,
    pinned_at timestamp with time zone,
    hidden_at timestamp with time zone,
    touched_at timestamp with time zone,
    flag character varying(8) NOT NULL,
    flagged_at timestamp with time zone,
    flag_count integer NOT NULL,
    flag_expected double precision,
    flag_adjusted_p double precision,
    merged_into_id bigint,
    workspace_id bigint NOT NULL,
    part_of_id bigint,
    flag_days smallint NOT NULL,
    CONSTRAINT themes_theme_flag_count_check CHECK ((flag_count >= 0)),
    CONSTRAINT themes_theme_flag_days_check CHECK ((flag_days >= 0))
);
ALTER TABLE themes_theme ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME themes_theme_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE themes_themechange (
    id bigint NOT NULL,
    kind character varying(8) NOT NULL,
    before jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone,
    by_id bigint,
    other_id bigint,
    theme_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE themes_themechange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME themes_themechange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE themes_themerun (
    id bigint NOT NULL,
    state character varying(8) NOT NULL,
    progress double precision NOT NULL,
    wanted smallint,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    voices integer NOT NULL,
    loose integer NOT NULL,
    added integer NOT NULL,
    read_to bigint NOT NULL,
    stability double precision,
    silhouette double precision,
    cells jsonb NOT NULL,
    model bytea,
    problem text NOT NULL,
    asked_by_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT themes_themerun_added_check CHECK ((added >= 0)),
    CONSTRAINT themes_themerun_loose_check CHECK ((loose >= 0)),
    CONSTRAINT themes_themerun_voices_check CHECK ((voices >= 0)),
    CONSTRAINT themes_themerun_wanted_check CHECK ((wanted >= 0))
);
ALTER TABLE themes_themerun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME themes_themerun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE themes_themeselection (
    id bigint NOT NULL,
    words jsonb NOT NULL,
    digest character varying(32) NOT NULL,
    state character varying(8) NOT NULL,
    progress double precision NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    voices integer NOT NULL,
    unread integer NOT NULL,
    loose integer NOT NULL,
    rest integer NOT NULL,
    rest_of character varying(8) NOT NULL,
    metric character varying(8) NOT NULL,
    score jsonb,
    problem text NOT NULL,
    asked_by_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT themes_themeselection_loose_check CHECK ((loose >= 0)),
    CONSTRAINT themes_themeselection_rest_check CHECK ((rest >= 0)),
    CONSTRAINT themes_themeselection_unread_check CHECK ((unread >= 0)),
    CONSTRAINT themes_themeselection_voices_check CHECK ((voices >= 0))
);
ALTER TABLE themes_themeselection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME themes_themeselection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE themes_themesize (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    size integer NOT NULL,
    share double precision NOT NULL,
    run_id bigint NOT NULL,
    theme_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT themes_themesize_size_check CHECK ((size >= 0))
);
ALTER TABLE themes_themesize ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME themes_themesize_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE understand_backfill (
    id bigint NOT NULL,
    below bigint NOT NULL,
    total integer NOT NULL,
    done integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    started_by_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT understand_backfill_done_check CHECK ((done >= 0)),
    CONSTRAINT understand_backfill_total_check CHECK ((total >= 0))
);
ALTER TABLE understand_backfill ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME understand_backfill_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE understand_correction (
    id bigint NOT NULL,
    task character varying(60) NOT NULL,
    value character varying(200) NOT NULL,
    polarity smallint,
    verdict character varying(6) NOT NULL,
    at timestamp with time zone NOT NULL,
    author_id bigint,
    undoes_id bigint,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE understand_correction ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME understand_correction_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE understand_modelchoice (
    id bigint NOT NULL,
    slot character varying(60) NOT NULL,
    reason character varying(12) NOT NULL,
    at timestamp with time zone NOT NULL,
    by_id bigint,
    workspace_id bigint NOT NULL,
    model_id bigint
);
ALTER TABLE understand_modelchoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME understand_modelchoice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE understand_reviewer (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    by_id bigint,
    member_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE understand_reviewer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME understand_reviewer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE understand_textmodel (
    id bigint NOT NULL,
    slot character varying(60) NOT NULL,
    name character varying(120) NOT NULL,
    source character varying(20) NOT NULL,
    version character varying(120) NOT NULL,
    examples integer NOT NULL,
    report jsonb NOT NULL,
    trouble character varying(400) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    trained_at timestamp with time zone,
    failed_at timestamp with time zone,
    asked_by_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT understand_textmodel_examples_check CHECK ((examples >= 0))
);
ALTER TABLE understand_textmodel ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME understand_textmodel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE understand_voiceannotation (
    id bigint NOT NULL,
    annotator character varying(60) NOT NULL,
    model character varying(120) NOT NULL,
    language character varying(2) NOT NULL,
    sentiment character varying(8) NOT NULL,
    score double precision NOT NULL,
    urgency smallint NOT NULL,
    confidence double precision,
    doubt double precision NOT NULL,
    labels jsonb NOT NULL,
    clauses jsonb NOT NULL,
    abstained jsonb NOT NULL,
    found jsonb NOT NULL,
    length integer NOT NULL,
    said_at timestamp with time zone NOT NULL,
    annotated_at timestamp with time zone NOT NULL,
    replaced_at timestamp with time zone,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    flush_id bigint,
    CONSTRAINT understand_voiceannotation_length_check CHECK ((length >= 0)),
    CONSTRAINT understand_voiceannotation_urgency_check CHECK ((urgency >= 0))
);
ALTER TABLE understand_voiceannotation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME understand_voiceannotation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE understand_voicelabel (
    id bigint NOT NULL,
    code character varying(280) NOT NULL,
    polarity smallint,
    by_person boolean NOT NULL,
    said_at timestamp with time zone NOT NULL,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL
);
ALTER TABLE understand_voicelabel ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME understand_voicelabel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE understand_waitingvoice (
    id bigint NOT NULL,
    attempts smallint NOT NULL,
    run_at timestamp with time zone NOT NULL,
    voice_id bigint NOT NULL,
    workspace_id bigint NOT NULL,
    CONSTRAINT understand_waitingvoice_attempts_check CHECK ((attempts >= 0))
);
ALTER TABLE understand_waitingvoice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME understand_waitingvoice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE webhooks_attempt (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    status smallint,
    error character varying(500) NOT NULL,
    answer text NOT NULL,
    milliseconds integer NOT NULL,
    workspace_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    CONSTRAINT webhooks_attempt_milliseconds_check CHECK ((milliseconds >= 0)),
    CONSTRAINT webhooks_attempt_status_check CHECK ((status >= 0))
);
ALTER TABLE webhooks_attempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME webhooks_attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE webhooks_delivery (
    id bigint NOT NULL,
    state character varying(10) NOT NULL,
    attempts smallint NOT NULL,
    run_at timestamp with time zone NOT NULL,
    lease_owner character varying(64) NOT NULL,
    lease_until timestamp with time zone,
    status smallint,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    workspace_id bigint NOT NULL,
    endpoint_id bigint NOT NULL,
    outgoing_id bigint NOT NULL,
    CONSTRAINT webhooks_delivery_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT webhooks_delivery_status_check CHECK ((status >= 0))
);
ALTER TABLE webhooks_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME webhooks_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE webhooks_endpoint (
    id bigint NOT NULL,
    url character varying(500) NOT NULL,
    description character varying(200) NOT NULL,
    event_types jsonb NOT NULL,
    secret character varying(300) NOT NULL,
    former_secret character varying(300) NOT NULL,
    former_until timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone,
    disabled_why character varying(8) NOT NULL,
    removed_at timestamp with time zone,
    failures integer NOT NULL,
    failing_since timestamp with time zone,
    rest_until timestamp with time zone,
    succeeded_at timestamp with time zone,
    created_by_id bigint,
    workspace_id bigint NOT NULL,
    CONSTRAINT webhooks_endpoint_failures_check CHECK ((failures >= 0))
);
ALTER TABLE webhooks_endpoint ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME webhooks_endpoint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE webhooks_outgoing (
    id bigint NOT NULL,
    key character varying(40) NOT NULL,
    type character varying(60) NOT NULL,
    at timestamp with time zone NOT NULL,
    arguments jsonb NOT NULL,
    body text,
    error text NOT NULL,
    customer_id bigint,
    endpoint_id bigint,
    workspace_id bigint NOT NULL
);
ALTER TABLE webhooks_outgoing ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME webhooks_outgoing_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY account_emailaddress
    ADD CONSTRAINT account_emailaddress_pkey PRIMARY KEY (id);
ALTER TABLE ONLY account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_email_987c8728_uniq UNIQUE (user_id, email);
ALTER TABLE ONLY account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_key_key UNIQUE (key);
ALTER TABLE ONLY account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY accounts_accesskey
    ADD CONSTRAINT accounts_accesskey_key_hash_key UNIQUE (key_hash);
ALTER TABLE ONLY accounts_accesskey
    ADD CONSTRAINT accounts_accesskey_pkey PRIMARY KEY (id);
ALTER TABLE ONLY accounts_auditentry
    ADD CONSTRAINT accounts_auditentry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY accounts_memberinvite
    ADD CONSTRAINT accounts_memberinvite_pkey PRIMARY KEY (id);
ALTER TABLE ONLY accounts_memberinvite
    ADD CONSTRAINT accounts_memberinvite_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY accounts_membership
    ADD CONSTRAINT accounts_membership_pkey PRIMARY KEY (id);
ALTER TABLE ONLY accounts_signinlink
    ADD CONSTRAINT accounts_signinlink_pkey PRIMARY KEY (id);
ALTER TABLE ONLY accounts_signinlink
    ADD CONSTRAINT accounts_signinlink_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY accounts_user
    ADD CONSTRAINT accounts_user_email_key UNIQUE (email);
ALTER TABLE ONLY accounts_user
    ADD CONSTRAINT accounts_user_pkey PRIMARY KEY (id);
ALTER TABLE ONLY accounts_workspace
    ADD CONSTRAINT accounts_workspace_pkey PRIMARY KEY (id);
ALTER TABLE ONLY accounts_workspace
    ADD CONSTRAINT accounts_workspace_slug_key UNIQUE (slug);
ALTER TABLE ONLY auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);
ALTER TABLE ONLY auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);
ALTER TABLE ONLY auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);
ALTER TABLE ONLY auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);
ALTER TABLE ONLY auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_clientaccount
    ADD CONSTRAINT customers_account_key UNIQUE (workspace_id, key);
ALTER TABLE ONLY customers_attributevalue
    ADD CONSTRAINT customers_attributevalue_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_clientaccount
    ADD CONSTRAINT customers_clientaccount_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_consentrecord
    ADD CONSTRAINT customers_consentrecord_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_contact
    ADD CONSTRAINT customers_contact_once UNIQUE (account_id, customer_id);
ALTER TABLE ONLY customers_contact
    ADD CONSTRAINT customers_contact_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_contest
    ADD CONSTRAINT customers_contest_once UNIQUE (identifier_id, customer_id);
ALTER TABLE ONLY customers_contest
    ADD CONSTRAINT customers_contest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_customer
    ADD CONSTRAINT customers_customer_key_key UNIQUE (key);
ALTER TABLE ONLY customers_customer
    ADD CONSTRAINT customers_customer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_customerkey
    ADD CONSTRAINT customers_customerkey_customer_id_key UNIQUE (customer_id);
ALTER TABLE ONLY customers_customerkey
    ADD CONSTRAINT customers_customerkey_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_customerpending
    ADD CONSTRAINT customers_customerpending_pkey PRIMARY KEY (customer_id);
ALTER TABLE ONLY customers_customerwords
    ADD CONSTRAINT customers_customerwords_pkey PRIMARY KEY (customer_id);
ALTER TABLE ONLY customers_erasure
    ADD CONSTRAINT customers_erasure_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_erasure
    ADD CONSTRAINT customers_erasure_reference_key UNIQUE (reference);
ALTER TABLE ONLY customers_forgotten
    ADD CONSTRAINT customers_forgotten_once UNIQUE (workspace_id, kind, digest);
ALTER TABLE ONLY customers_forgotten
    ADD CONSTRAINT customers_forgotten_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_identifier
    ADD CONSTRAINT customers_identifier_once UNIQUE (workspace_id, kind, value);
ALTER TABLE ONLY customers_identifier
    ADD CONSTRAINT customers_identifier_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_identityepoch
    ADD CONSTRAINT customers_identityepoch_pkey PRIMARY KEY (workspace_id);
ALTER TABLE ONLY customers_identityrules
    ADD CONSTRAINT customers_identityrules_pkey PRIMARY KEY (workspace_id);
ALTER TABLE ONLY customers_merge
    ADD CONSTRAINT customers_merge_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_movement
    ADD CONSTRAINT customers_movement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY customers_workspacekey
    ADD CONSTRAINT customers_one_workspace_key UNIQUE (workspace_id);
ALTER TABLE ONLY customers_retention
    ADD CONSTRAINT customers_retention_pkey PRIMARY KEY (workspace_id);
ALTER TABLE ONLY customers_workspacekey
    ADD CONSTRAINT customers_workspacekey_pkey PRIMARY KEY (id);
ALTER TABLE ONLY delivery_barred
    ADD CONSTRAINT delivery_barred_pkey PRIMARY KEY (id);
ALTER TABLE ONLY delivery_channelsetup
    ADD CONSTRAINT delivery_channelsetup_pkey PRIMARY KEY (id);
ALTER TABLE ONLY delivery_channelsetup
    ADD CONSTRAINT delivery_channelsetup_token_key UNIQUE (token);
ALTER TABLE ONLY delivery_credit
    ADD CONSTRAINT delivery_credit_once UNIQUE (workspace_id, channel, key);
ALTER TABLE ONLY delivery_credit
    ADD CONSTRAINT delivery_credit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY delivery_minute
    ADD CONSTRAINT delivery_minute_pkey PRIMARY KEY (id);
ALTER TABLE ONLY delivery_minute
    ADD CONSTRAINT delivery_one_minute UNIQUE (workspace_id, channel);
ALTER TABLE ONLY delivery_channelsetup
    ADD CONSTRAINT delivery_one_setup UNIQUE (workspace_id, channel);
ALTER TABLE ONLY delivery_report
    ADD CONSTRAINT delivery_report_once UNIQUE (message_id, kind);
ALTER TABLE ONLY delivery_report
    ADD CONSTRAINT delivery_report_pkey PRIMARY KEY (id);
ALTER TABLE ONLY django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);
ALTER TABLE ONLY django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);
ALTER TABLE ONLY django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);
ALTER TABLE ONLY events_event
    ADD CONSTRAINT events_event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY events_export
    ADD CONSTRAINT events_export_pkey PRIMARY KEY (id);
ALTER TABLE ONLY events_export
    ADD CONSTRAINT events_export_token_key UNIQUE (token);
ALTER TABLE ONLY events_import
    ADD CONSTRAINT events_import_pkey PRIMARY KEY (id);
ALTER TABLE ONLY events_importmark
    ADD CONSTRAINT events_importmark_pkey PRIMARY KEY (id);
ALTER TABLE ONLY events_intakecount
    ADD CONSTRAINT events_intakecount_pkey PRIMARY KEY (id);
ALTER TABLE ONLY events_intakecursor
    ADD CONSTRAINT events_intakecursor_pkey PRIMARY KEY (name);
ALTER TABLE ONLY events_intakelimit
    ADD CONSTRAINT events_intakelimit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY events_intakerow
    ADD CONSTRAINT events_intakerow_pkey PRIMARY KEY (id);
ALTER TABLE ONLY events_savedmapping
    ADD CONSTRAINT events_mapping_name UNIQUE (workspace_id, kind, name);
ALTER TABLE ONLY events_event
    ADD CONSTRAINT events_message_once UNIQUE (workspace_id, message_key);
ALTER TABLE ONLY events_intakecount
    ADD CONSTRAINT events_one_intake_count UNIQUE (workspace_id, day);
ALTER TABLE ONLY events_intakelimit
    ADD CONSTRAINT events_one_intake_limit UNIQUE (workspace_id);
ALTER TABLE ONLY events_quarantinedrow
    ADD CONSTRAINT events_quarantinedrow_pkey PRIMARY KEY (id);
ALTER TABLE ONLY events_savedmapping
    ADD CONSTRAINT events_savedmapping_pkey PRIMARY KEY (id);
ALTER TABLE ONLY events_upload
    ADD CONSTRAINT events_upload_pkey PRIMARY KEY (id);
ALTER TABLE ONLY inbound_inboundrequest
    ADD CONSTRAINT inbound_inboundrequest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY inbound_inboundsource
    ADD CONSTRAINT inbound_inboundsource_pkey PRIMARY KEY (id);
ALTER TABLE ONLY inbound_inboundsource
    ADD CONSTRAINT inbound_inboundsource_token_key UNIQUE (token);
ALTER TABLE ONLY jobs_job
    ADD CONSTRAINT jobs_job_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jobs_keptreply
    ADD CONSTRAINT jobs_keptreply_pkey PRIMARY KEY (scope);
ALTER TABLE ONLY jobs_lakeerasure
    ADD CONSTRAINT jobs_lake_erasure_once UNIQUE (workspace_id, customer_key);
ALTER TABLE ONLY jobs_lakerollup
    ADD CONSTRAINT jobs_lake_rollup_once UNIQUE (rollup, workspace_id);
ALTER TABLE ONLY jobs_lakedirty
    ADD CONSTRAINT jobs_lakedirty_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jobs_lakeerasure
    ADD CONSTRAINT jobs_lakeerasure_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jobs_lakehead
    ADD CONSTRAINT jobs_lakehead_pkey PRIMARY KEY ("table");
ALTER TABLE ONLY jobs_lakerollup
    ADD CONSTRAINT jobs_lakerollup_pkey PRIMARY KEY (id);
ALTER TABLE ONLY jobs_schedulemark
    ADD CONSTRAINT jobs_schedulemark_pkey PRIMARY KEY (task);
ALTER TABLE ONLY jobs_workerlease
    ADD CONSTRAINT jobs_workerlease_pkey PRIMARY KEY (name);
ALTER TABLE ONLY journeys_touchpoint
    ADD CONSTRAINT journeys_touchpoint_key UNIQUE (workspace_id, key);
ALTER TABLE ONLY journeys_touchpoint
    ADD CONSTRAINT journeys_touchpoint_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_attachment
    ADD CONSTRAINT listen_attachment_key UNIQUE (response_id, key);
ALTER TABLE ONLY listen_attachment
    ADD CONSTRAINT listen_attachment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_enclosure
    ADD CONSTRAINT listen_enclosure_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_invitation
    ADD CONSTRAINT listen_invitation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_invitation
    ADD CONSTRAINT listen_invitation_token_key UNIQUE (token);
ALTER TABLE ONLY listen_letter
    ADD CONSTRAINT listen_letter_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_letter
    ADD CONSTRAINT listen_letter_voice_id_key UNIQUE (voice_id);
ALTER TABLE ONLY listen_markedattribute
    ADD CONSTRAINT listen_markedattribute_once UNIQUE (workspace_id, name);
ALTER TABLE ONLY listen_markedattribute
    ADD CONSTRAINT listen_markedattribute_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_official
    ADD CONSTRAINT listen_official_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_official
    ADD CONSTRAINT listen_official_voice_id_key UNIQUE (voice_id);
ALTER TABLE ONLY listen_probe
    ADD CONSTRAINT listen_probe_key UNIQUE (workspace_id, key);
ALTER TABLE ONLY listen_probe
    ADD CONSTRAINT listen_probe_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_probeversion
    ADD CONSTRAINT listen_probe_version UNIQUE (probe_id, number);
ALTER TABLE ONLY listen_probeversion
    ADD CONSTRAINT listen_probeversion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_quotaplace
    ADD CONSTRAINT listen_quota_place UNIQUE (response_id, name);
ALTER TABLE ONLY listen_quotaplace
    ADD CONSTRAINT listen_quotaplace_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_response
    ADD CONSTRAINT listen_response_invitation_id_key UNIQUE (invitation_id);
ALTER TABLE ONLY listen_response
    ADD CONSTRAINT listen_response_key UNIQUE (workspace_id, key);
ALTER TABLE ONLY listen_response
    ADD CONSTRAINT listen_response_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_responseoriginal
    ADD CONSTRAINT listen_responseoriginal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_responseoriginal
    ADD CONSTRAINT listen_responseoriginal_response_id_key UNIQUE (response_id);
ALTER TABLE ONLY listen_sourcefile
    ADD CONSTRAINT listen_source_file_once UNIQUE (source_id, digest);
ALTER TABLE ONLY listen_source
    ADD CONSTRAINT listen_source_name UNIQUE (workspace_id, name);
ALTER TABLE ONLY listen_source
    ADD CONSTRAINT listen_source_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_sourcefile
    ADD CONSTRAINT listen_sourcefile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_sourcerun
    ADD CONSTRAINT listen_sourcerun_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_survey
    ADD CONSTRAINT listen_survey_key UNIQUE (workspace_id, key);
ALTER TABLE ONLY listen_survey
    ADD CONSTRAINT listen_survey_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_surveyversion
    ADD CONSTRAINT listen_survey_version UNIQUE (survey_id, number);
ALTER TABLE ONLY listen_surveylink
    ADD CONSTRAINT listen_surveylink_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_surveylink
    ADD CONSTRAINT listen_surveylink_token_key UNIQUE (token);
ALTER TABLE ONLY listen_surveyversion
    ADD CONSTRAINT listen_surveyversion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_turn
    ADD CONSTRAINT listen_turn_key UNIQUE (voice_id, key);
ALTER TABLE ONLY listen_turn
    ADD CONSTRAINT listen_turn_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_turnoriginal
    ADD CONSTRAINT listen_turnoriginal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_turnoriginal
    ADD CONSTRAINT listen_turnoriginal_turn_id_key UNIQUE (turn_id);
ALTER TABLE ONLY listen_voice
    ADD CONSTRAINT listen_voice_key UNIQUE (workspace_id, key);
ALTER TABLE ONLY listen_voice
    ADD CONSTRAINT listen_voice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_voice
    ADD CONSTRAINT listen_voice_response_id_key UNIQUE (response_id);
ALTER TABLE ONLY listen_voiceedition
    ADD CONSTRAINT listen_voiceedition_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_voicefile
    ADD CONSTRAINT listen_voicefile_key_key UNIQUE (key);
ALTER TABLE ONLY listen_voicefile
    ADD CONSTRAINT listen_voicefile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_voiceoriginal
    ADD CONSTRAINT listen_voiceoriginal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY listen_voiceoriginal
    ADD CONSTRAINT listen_voiceoriginal_voice_id_key UNIQUE (voice_id);
ALTER TABLE ONLY listen_voicepending
    ADD CONSTRAINT listen_voicepending_pkey PRIMARY KEY (voice_id);
ALTER TABLE ONLY listen_voicewords
    ADD CONSTRAINT listen_voicewords_pkey PRIMARY KEY (voice_id);
ALTER TABLE ONLY operations_backup
    ADD CONSTRAINT operations_backup_pkey PRIMARY KEY (id);
ALTER TABLE ONLY outreach_decision
    ADD CONSTRAINT outreach_decision_pkey PRIMARY KEY (id);
ALTER TABLE ONLY outreach_message
    ADD CONSTRAINT outreach_message_once UNIQUE (workspace_id, idempotency_key);
ALTER TABLE ONLY outreach_message
    ADD CONSTRAINT outreach_message_pkey PRIMARY KEY (id);
ALTER TABLE ONLY outreach_policy
    ADD CONSTRAINT outreach_policy_pkey PRIMARY KEY (id);
ALTER TABLE ONLY outreach_policy
    ADD CONSTRAINT outreach_policy_version UNIQUE (workspace_id, version);
ALTER TABLE ONLY outreach_rehearsal
    ADD CONSTRAINT outreach_rehearsal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY people_digest
    ADD CONSTRAINT people_digest_once_a_period UNIQUE (member_id, period);
ALTER TABLE ONLY people_digest
    ADD CONSTRAINT people_digest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY people_digestchoice
    ADD CONSTRAINT people_digestchoice_member_id_key UNIQUE (member_id);
ALTER TABLE ONLY people_digestchoice
    ADD CONSTRAINT people_digestchoice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY people_follow
    ADD CONSTRAINT people_follow_pkey PRIMARY KEY (id);
ALTER TABLE ONLY people_listeningday
    ADD CONSTRAINT people_listened_once_a_day UNIQUE (member_id, day);
ALTER TABLE ONLY people_listeningday
    ADD CONSTRAINT people_listeningday_pkey PRIMARY KEY (id);
ALTER TABLE ONLY people_share
    ADD CONSTRAINT people_share_pkey PRIMARY KEY (id);
ALTER TABLE ONLY people_thanks
    ADD CONSTRAINT people_thanks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY people_visit
    ADD CONSTRAINT people_visit_member_id_key UNIQUE (member_id);
ALTER TABLE ONLY people_visit
    ADD CONSTRAINT people_visit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY places_place
    ADD CONSTRAINT places_place_code_key UNIQUE (code);
ALTER TABLE ONLY places_place
    ADD CONSTRAINT places_place_pkey PRIMARY KEY (id);
ALTER TABLE ONLY plugin_answer
    ADD CONSTRAINT plugin_answer_once UNIQUE (workspace_id, digest);
ALTER TABLE ONLY plugin_answer
    ADD CONSTRAINT plugin_answer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY plugin_comparison
    ADD CONSTRAINT plugin_comparison_pkey PRIMARY KEY (id);
ALTER TABLE ONLY plugin_outsidemodel
    ADD CONSTRAINT plugin_one_outside_model UNIQUE (workspace_id);
ALTER TABLE ONLY plugin_outsidechoice
    ADD CONSTRAINT plugin_outsidechoice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY plugin_outsidemodel
    ADD CONSTRAINT plugin_outsidemodel_pkey PRIMARY KEY (id);
ALTER TABLE ONLY plugin_spend
    ADD CONSTRAINT plugin_spend_month UNIQUE (workspace_id, month);
ALTER TABLE ONLY plugin_spend
    ADD CONSTRAINT plugin_spend_pkey PRIMARY KEY (id);
ALTER TABLE ONLY respond_businesscalendar
    ADD CONSTRAINT respond_businesscalendar_pkey PRIMARY KEY (id);
ALTER TABLE ONLY respond_case
    ADD CONSTRAINT respond_case_number UNIQUE (workspace_id, number);
ALTER TABLE ONLY respond_case
    ADD CONSTRAINT respond_case_pkey PRIMARY KEY (id);
ALTER TABLE ONLY respond_case
    ADD CONSTRAINT respond_case_token_key UNIQUE (token);
ALTER TABLE ONLY respond_caseentry
    ADD CONSTRAINT respond_caseentry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY respond_casevoice
    ADD CONSTRAINT respond_casevoice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY respond_casevoice
    ADD CONSTRAINT respond_casevoice_voice_id_key UNIQUE (voice_id);
ALTER TABLE ONLY respond_cause
    ADD CONSTRAINT respond_cause_key UNIQUE (workspace_id, key);
ALTER TABLE ONLY respond_cause
    ADD CONSTRAINT respond_cause_pkey PRIMARY KEY (id);
ALTER TABLE ONLY respond_handover
    ADD CONSTRAINT respond_handover_pkey PRIMARY KEY (id);
ALTER TABLE ONLY respond_businesscalendar
    ADD CONSTRAINT respond_one_calendar UNIQUE (workspace_id);
ALTER TABLE ONLY respond_servicepromise
    ADD CONSTRAINT respond_promise_priority UNIQUE (workspace_id, priority);
ALTER TABLE ONLY respond_servicepromise
    ADD CONSTRAINT respond_servicepromise_pkey PRIMARY KEY (id);
ALTER TABLE ONLY studies_member
    ADD CONSTRAINT studies_drawn_once UNIQUE (wave_id, customer_id);
ALTER TABLE ONLY studies_member
    ADD CONSTRAINT studies_member_invitation_id_key UNIQUE (invitation_id);
ALTER TABLE ONLY studies_member
    ADD CONSTRAINT studies_member_pkey PRIMARY KEY (id);
ALTER TABLE ONLY studies_study
    ADD CONSTRAINT studies_study_key UNIQUE (workspace_id, key);
ALTER TABLE ONLY studies_study
    ADD CONSTRAINT studies_study_pkey PRIMARY KEY (id);
ALTER TABLE ONLY studies_wave
    ADD CONSTRAINT studies_wave_number UNIQUE (study_id, number);
ALTER TABLE ONLY studies_wave
    ADD CONSTRAINT studies_wave_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tags_voicetag
    ADD CONSTRAINT tags_once_on_a_voice UNIQUE (voice_id, tag_id);
ALTER TABLE ONLY tags_tag
    ADD CONSTRAINT tags_one_of_a_name UNIQUE (workspace_id, key);
ALTER TABLE ONLY tags_tag
    ADD CONSTRAINT tags_tag_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tags_voicetag
    ADD CONSTRAINT tags_voicetag_pkey PRIMARY KEY (id);
ALTER TABLE ONLY teams_teammember
    ADD CONSTRAINT teams_member_once UNIQUE (team_id, member_id);
ALTER TABLE ONLY teams_team
    ADD CONSTRAINT teams_team_pkey PRIMARY KEY (id);
ALTER TABLE ONLY teams_teammember
    ADD CONSTRAINT teams_teammember_pkey PRIMARY KEY (id);
ALTER TABLE ONLY themes_cell
    ADD CONSTRAINT themes_cell_pkey PRIMARY KEY (id);
ALTER TABLE ONLY themes_place
    ADD CONSTRAINT themes_place_pkey PRIMARY KEY (voice_id);
ALTER TABLE ONLY themes_selectedtheme
    ADD CONSTRAINT themes_selected_rank UNIQUE (selection_id, rank);
ALTER TABLE ONLY themes_selectedtheme
    ADD CONSTRAINT themes_selectedtheme_pkey PRIMARY KEY (id);
ALTER TABLE ONLY themes_themesize
    ADD CONSTRAINT themes_size_once UNIQUE (theme_id, run_id);
ALTER TABLE ONLY themes_theme
    ADD CONSTRAINT themes_theme_pkey PRIMARY KEY (id);
ALTER TABLE ONLY themes_themechange
    ADD CONSTRAINT themes_themechange_pkey PRIMARY KEY (id);
ALTER TABLE ONLY themes_themerun
    ADD CONSTRAINT themes_themerun_pkey PRIMARY KEY (id);
ALTER TABLE ONLY themes_themeselection
    ADD CONSTRAINT themes_themeselection_pkey PRIMARY KEY (id);
ALTER TABLE ONLY themes_themesize
    ADD CONSTRAINT themes_themesize_pkey PRIMARY KEY (id);
ALTER TABLE ONLY understand_backfill
    ADD CONSTRAINT understand_backfill_pkey PRIMARY KEY (id);
ALTER TABLE ONLY understand_correction
    ADD CONSTRAINT understand_correction_pkey PRIMARY KEY (id);
ALTER TABLE ONLY understand_correction
    ADD CONSTRAINT understand_correction_undoes_id_key UNIQUE (undoes_id);
ALTER TABLE ONLY understand_modelchoice
    ADD CONSTRAINT understand_modelchoice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY understand_reviewer
    ADD CONSTRAINT understand_reviewer_pkey PRIMARY KEY (id);
ALTER TABLE ONLY understand_textmodel
    ADD CONSTRAINT understand_textmodel_pkey PRIMARY KEY (id);
ALTER TABLE ONLY understand_voiceannotation
    ADD CONSTRAINT understand_voiceannotation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY understand_voicelabel
    ADD CONSTRAINT understand_voicelabel_pkey PRIMARY KEY (id);
ALTER TABLE ONLY understand_waitingvoice
    ADD CONSTRAINT understand_waitingvoice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY webhooks_attempt
    ADD CONSTRAINT webhooks_attempt_pkey PRIMARY KEY (id);
ALTER TABLE ONLY webhooks_delivery
    ADD CONSTRAINT webhooks_delivery_once UNIQUE (outgoing_id, endpoint_id);
ALTER TABLE ONLY webhooks_delivery
    ADD CONSTRAINT webhooks_delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY webhooks_endpoint
    ADD CONSTRAINT webhooks_endpoint_pkey PRIMARY KEY (id);
ALTER TABLE ONLY webhooks_outgoing
    ADD CONSTRAINT webhooks_outgoing_key_key UNIQUE (key);
ALTER TABLE ONLY webhooks_outgoing
    ADD CONSTRAINT webhooks_outgoing_pkey PRIMARY KEY (id);
CREATE INDEX account_emailaddress_email_03be32b2 ON account_emailaddress USING btree (email);
CREATE INDEX account_emailaddress_email_03be32b2_like ON account_emailaddress USING btree (email varchar_pattern_ops);
CREATE INDEX account_emailaddress_user_id_2c513194 ON account_emailaddress USING btree (user_id);
CREATE INDEX account_emailconfirmation_email_address_id_5b7f8c58 ON account_emailconfirmation USING btree (email_address_id);
CREATE INDEX account_emailconfirmation_key_f43612bd_like ON account_emailconfirmation USING btree (key varchar_pattern_ops);
CREATE INDEX accounts_accesskey_created_by_id_772ae481 ON accounts_accesskey USING btree (created_by_id);
CREATE INDEX accounts_accesskey_key_hash_dedebb35_like ON accounts_accesskey USING btree (key_hash varchar_pattern_ops);
CREATE INDEX accounts_accesskey_workspace_id_1b2a2969 ON accounts_accesskey USING btree (workspace_id);
CREATE INDEX accounts_au_workspa_49ad47_idx ON accounts_auditentry USING btree (workspace_id, at DESC);
CREATE INDEX accounts_auditentry_actor_id_3237b29c ON accounts_auditentry USING btree (actor_id);
CREATE INDEX accounts_auditentry_workspace_id_3734b076 ON accounts_auditentry USING btree (workspace_id);
CREATE INDEX accounts_memberinvite_invited_by_id_8da2c9bb ON accounts_memberinvite USING btree (invited_by_id);
CREATE INDEX accounts_memberinvite_token_hash_4ed5aa04_like ON accounts_memberinvite USING btree (token_hash varchar_pattern_ops);
CREATE INDEX accounts_memberinvite_workspace_id_0c22c20f ON accounts_memberinvite USING btree (workspace_id);
CREATE INDEX accounts_membership_user_id_487fb39e ON accounts_membership USING btree (user_id);
CREATE INDEX accounts_membership_workspace_id_3a7fb173 ON accounts_membership USING btree (workspace_id);
CREATE UNIQUE INDEX accounts_one_membership ON accounts_membership USING btree (workspace_id, user_id) WHERE (ended_at IS NULL);
CREATE INDEX accounts_signinlink_token_hash_51c31a80_like ON accounts_signinlink USING btree (token_hash varchar_pattern_ops);
CREATE INDEX accounts_signinlink_user_id_a6b02f6b ON accounts_signinlink USING btree (user_id);
CREATE INDEX accounts_user_email_b2644a56_like ON accounts_user USING btree (email varchar_pattern_ops);
CREATE INDEX accounts_workspace_slug_bdf7b4c7_like ON accounts_workspace USING btree (slug varchar_pattern_ops);
CREATE INDEX auth_group_name_a6ea08ec_like ON auth_group USING btree (name varchar_pattern_ops);
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON auth_group_permissions USING btree (group_id);
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON auth_group_permissions USING btree (permission_id);
CREATE INDEX auth_permission_content_type_id_2f476e4b ON auth_permission USING btree (content_type_id);
CREATE INDEX customers_a_custome_837293_idx ON customers_attributevalue USING btree (customer_id, name, valid_from DESC);
CREATE INDEX customers_attributevalue_workspace_id_81e4a0eb ON customers_attributevalue USING btree (workspace_id);
CREATE INDEX customers_c_custome_5d6645_idx ON customers_consentrecord USING btree (customer_id, at DESC);
CREATE INDEX customers_c_workspa_7b0153_idx ON customers_customer USING btree (workspace_id, email);
CREATE INDEX customers_c_workspa_a703fe_idx ON customers_customer USING btree (workspace_id, last_seen_at DESC);
CREATE INDEX customers_clientaccount_workspace_id_5e435a78 ON customers_clientaccount USING btree (workspace_id);
CREATE INDEX customers_consentrecord_workspace_id_1c046285 ON customers_consentrecord USING btree (workspace_id);
CREATE INDEX customers_contact_account_id_aa150ac5 ON customers_contact USING btree (account_id);
CREATE INDEX customers_contact_customer_id_b9afc0da ON customers_contact USING btree (customer_id);
CREATE INDEX customers_contact_workspace_id_1dba30fd ON customers_contact USING btree (workspace_id);
CREATE INDEX customers_contest_customer_id_bd91d8d6 ON customers_contest USING btree (customer_id);
CREATE INDEX customers_contest_identifier_id_654e0957 ON customers_contest USING btree (identifier_id);
CREATE INDEX customers_contest_workspace_id_f6dd99d6 ON customers_contest USING btree (workspace_id);
CREATE INDEX customers_customer_language ON customers_customer USING btree (workspace_id, language, last_seen_at DESC) WHERE (NOT ((language)::text = ''::text));
CREATE INDEX customers_customer_merged ON customers_customer USING btree (merged_into_id) WHERE (merged_into_id IS NOT NULL);
CREATE INDEX customers_customer_phone ON customers_customer USING btree (workspace_id, phone) WHERE (NOT ((phone)::text = ''::text));
CREATE INDEX customers_customer_segment ON customers_customer USING btree (workspace_id, segment, last_seen_at DESC) WHERE (NOT ((segment)::text = ''::text));
CREATE INDEX customers_customerkey_workspace_id_a679833a ON customers_customerkey USING btree (workspace_id);
CREATE INDEX customers_customerwords_pieces ON customers_customerwords USING gin (pieces);
CREATE INDEX customers_e_workspa_465c4b_idx ON customers_erasure USING btree (workspace_id, requested_at DESC);
CREATE INDEX customers_erasure_actor_id_ceb67311 ON customers_erasure USING btree (actor_id);
CREATE INDEX customers_erasure_reference_21eb4bda_like ON customers_erasure USING btree (reference varchar_pattern_ops);
CREATE INDEX customers_erasure_workspace_id_2a2f2f25 ON customers_erasure USING btree (workspace_id);
CREATE INDEX customers_forgotten_workspace_id_dc491eee ON customers_forgotten USING btree (workspace_id);
CREATE INDEX customers_identifier_customer_id_b95edd20 ON customers_identifier USING btree (customer_id);
CREATE INDEX customers_merge_kept_id_079eb59f ON customers_merge USING btree (kept_id);
CREATE INDEX customers_merge_merged_id_fa9d6919 ON customers_merge USING btree (merged_id);
CREATE INDEX customers_merge_workspace_id_d6280396 ON customers_merge USING btree (workspace_id);
CREATE INDEX customers_movement_customer_id_66d82861 ON customers_movement USING btree (customer_id);
CREATE INDEX customers_movement_hot ON customers_movement USING btree (id) WHERE (flush_id IS NULL);
CREATE INDEX customers_movement_workspace_id_520195a2 ON customers_movement USING btree (workspace_id);
CREATE INDEX customers_workspacekey_workspace_id_53fbaaf2 ON customers_workspacekey USING btree (workspace_id);
CREATE UNIQUE INDEX delivery_barred_once ON delivery_barred USING btree (workspace_id, channel, address) WHERE (lifted_at IS NULL);
CREATE INDEX delivery_barred_workspace_id_59bda2cc ON delivery_barred USING btree (workspace_id);
CREATE INDEX delivery_channelsetup_token_f9873216_like ON delivery_channelsetup USING btree (token varchar_pattern_ops);
CREATE INDEX delivery_channelsetup_workspace_id_b1e3d01c ON delivery_channelsetup USING btree (workspace_id);
CREATE INDEX delivery_cr_custome_67c630_idx ON delivery_credit USING btree (customer_id, channel, spent_at);
CREATE INDEX delivery_credit_customer_id_c1d9cb48 ON delivery_credit USING btree (customer_id);
CREATE INDEX delivery_credit_workspace_id_e608723e ON delivery_credit USING btree (workspace_id);
CREATE INDEX delivery_minute_workspace_id_3965d137 ON delivery_minute USING btree (workspace_id);
CREATE INDEX delivery_re_workspa_5e457f_idx ON delivery_report USING btree (workspace_id, reference);
CREATE INDEX delivery_report_message_id_cba7a3e6 ON delivery_report USING btree (message_id);
CREATE INDEX delivery_report_workspace_id_164cf365 ON delivery_report USING btree (workspace_id);
CREATE INDEX django_session_expire_date_a5c62663 ON django_session USING btree (expire_date);
CREATE INDEX django_session_session_key_c0390e0f_like ON django_session USING btree (session_key varchar_pattern_ops);
CREATE INDEX events_event_customer_id_d5d99f9f ON events_event USING btree (customer_id);
CREATE INDEX events_event_hot ON events_event USING btree (id) WHERE (flush_id IS NULL);
CREATE INDEX events_export_created_by_id_28deaee7 ON events_export USING btree (created_by_id);
CREATE INDEX events_export_token_c15ccf16_like ON events_export USING btree (token varchar_pattern_ops);
CREATE INDEX events_export_workspace_id_2f693866 ON events_export USING btree (workspace_id);
CREATE INDEX events_impo_import__c8fd44_idx ON events_importmark USING btree (import_file_id, subject);
CREATE INDEX events_import_created_by_id_a70f0a00 ON events_import USING btree (created_by_id);
CREATE INDEX events_import_workspace_id_a68cef3b ON events_import USING btree (workspace_id);
CREATE INDEX events_importmark_import_file_id_1e9fe510 ON events_importmark USING btree (import_file_id);
CREATE INDEX events_importmark_workspace_id_2c8bf7f2 ON events_importmark USING btree (workspace_id);
CREATE INDEX events_intakecount_workspace_id_4abe99f8 ON events_intakecount USING btree (workspace_id);
CREATE INDEX events_intakecursor_name_a84de301_like ON events_intakecursor USING btree (name varchar_pattern_ops);
CREATE INDEX events_intakelimit_workspace_id_d0e27880 ON events_intakelimit USING btree (workspace_id);
CREATE INDEX events_quar_workspa_e2a9b9_idx ON events_quarantinedrow USING btree (workspace_id, at DESC);
CREATE INDEX events_quarantinedrow_import_file_id_d488af1d ON events_quarantinedrow USING btree (import_file_id);
CREATE INDEX events_quarantinedrow_workspace_id_4aa491bd ON events_quarantinedrow USING btree (workspace_id);
CREATE INDEX events_save_workspa_e69e82_idx ON events_savedmapping USING btree (workspace_id, kind, signature);
CREATE INDEX events_savedmapping_created_by_id_7240fdb2 ON events_savedmapping USING btree (created_by_id);
CREATE INDEX events_savedmapping_workspace_id_9c584062 ON events_savedmapping USING btree (workspace_id);
CREATE INDEX events_uplo_changed_3c0775_idx ON events_upload USING btree (changed_at);
CREATE INDEX events_upload_created_by_id_110e95c0 ON events_upload USING btree (created_by_id);
CREATE INDEX events_upload_import_file_id_03a0a2b7 ON events_upload USING btree (import_file_id);
CREATE INDEX events_upload_workspace_id_01d5c9d4 ON events_upload USING btree (workspace_id);
CREATE INDEX inbound_inb_source__41f724_idx ON inbound_inboundrequest USING btree (source_id, state, id);
CREATE INDEX inbound_inboundrequest_source_id_27a31162 ON inbound_inboundrequest USING btree (source_id);
CREATE INDEX inbound_inboundrequest_workspace_id_c4e725a0 ON inbound_inboundrequest USING btree (workspace_id);
CREATE INDEX inbound_inboundsource_created_by_id_972aa9f7 ON inbound_inboundsource USING btree (created_by_id);
CREATE INDEX inbound_inboundsource_token_8c247d2b_like ON inbound_inboundsource USING btree (token varchar_pattern_ops);
CREATE INDEX inbound_inboundsource_workspace_id_dd1fb6fc ON inbound_inboundsource USING btree (workspace_id);
CREATE INDEX jobs_done ON jobs_job USING btree (finished_at) WHERE ((state)::text = 'done'::text);
CREATE INDEX jobs_keptreply_at_6d70b450 ON jobs_keptreply USING btree (at);
CREATE INDEX jobs_keptreply_scope_9ac78f76_like ON jobs_keptreply USING btree (scope varchar_pattern_ops);
CREATE INDEX jobs_lakedi_table_60d7d4_idx ON jobs_lakedirty USING btree ("table", workspace_id, day);
CREATE INDEX jobs_lakehead_table_cef24548_like ON jobs_lakehead USING btree ("table" varchar_pattern_ops);
CREATE INDEX jobs_ready ON jobs_job USING btree (priority DESC, run_at) WHERE ((state)::text = 'ready'::text);
CREATE INDEX jobs_running ON jobs_job USING btree (lease_until) WHERE ((state)::text = 'running'::text);
CREATE INDEX jobs_schedulemark_task_a80a2054_like ON jobs_schedulemark USING btree (task varchar_pattern_ops);
CREATE UNIQUE INDEX jobs_unique_live ON jobs_job USING btree (unique_key) WHERE (state IN ('ready', 'running'));
CREATE INDEX jobs_workerlease_name_17116a54_like ON jobs_workerlease USING btree (name varchar_pattern_ops);
CREATE INDEX journeys_touchpoint_key_6be73511 ON journeys_touchpoint USING btree (key);
CREATE INDEX journeys_touchpoint_key_6be73511_like ON journeys_touchpoint USING btree (key varchar_pattern_ops);
CREATE INDEX journeys_touchpoint_owner_id_71c57e76 ON journeys_touchpoint USING btree (owner_id);
CREATE INDEX journeys_touchpoint_workspace_id_b4853cdf ON journeys_touchpoint USING btree (workspace_id);
CREATE INDEX listen_attachment_response_id_fa67d568 ON listen_attachment USING btree (response_id);
CREATE INDEX listen_attachment_workspace_id_be6b1c34 ON listen_attachment USING btree (workspace_id);
CREATE INDEX listen_device ON listen_response USING btree (workspace_id, device, started_at DESC) WHERE (NOT ((device)::text = ''::text));
CREATE INDEX listen_enclosure_letter_id_e70ba04c ON listen_enclosure USING btree (letter_id);
CREATE INDEX listen_enclosure_workspace_id_93fcbdf1 ON listen_enclosure USING btree (workspace_id);
CREATE INDEX listen_invi_custome_2251ee_idx ON listen_invitation USING btree (customer_id, created_at DESC);
CREATE INDEX listen_invi_decisio_ca602a_idx ON listen_invitation USING btree (decision_id);
CREATE INDEX listen_invi_workspa_9b2bec_idx ON listen_invitation USING btree (workspace_id, created_at DESC);
CREATE INDEX listen_invitation_customer_id_fc8d2046 ON listen_invitation USING btree (customer_id);
CREATE INDEX listen_invitation_hot ON listen_invitation USING btree (id) WHERE (flush_id IS NULL);
CREATE INDEX listen_invitation_link_id_bda2edd6 ON listen_invitation USING btree (link_id);
CREATE INDEX listen_invitation_probe_id_34dd405b ON listen_invitation USING btree (probe_id);
CREATE INDEX listen_invitation_survey_version_id_e5d49118 ON listen_invitation USING btree (survey_version_id);
CREATE INDEX listen_invitation_token_973f7385_like ON listen_invitation USING btree (token varchar_pattern_ops);
CREATE INDEX listen_invitation_touchpoint_id_07a404b6 ON listen_invitation USING btree (touchpoint_id);
CREATE INDEX listen_invitation_workspace_id_dce3557a ON listen_invitation USING btree (workspace_id);
CREATE INDEX listen_letter_message ON listen_letter USING btree (workspace_id, message_id);
CREATE INDEX listen_letter_workspace_id_06e59e9f ON listen_letter USING btree (workspace_id);
CREATE INDEX listen_network ON listen_response USING btree (workspace_id, network, started_at DESC) WHERE (NOT ((network)::text = ''::text));
CREATE INDEX listen_official_workspace_id_fb8187bb ON listen_official USING btree (workspace_id);
CREATE INDEX listen_probe_key_4e938c15 ON listen_probe USING btree (key);
CREATE INDEX listen_probe_key_4e938c15_like ON listen_probe USING btree (key varchar_pattern_ops);
CREATE INDEX listen_probe_survey_id_05adee37 ON listen_probe USING btree (survey_id);
CREATE INDEX listen_probe_touchpoint_id_9203412b ON listen_probe USING btree (touchpoint_id);
CREATE INDEX listen_probe_workspace_id_e3d6cce1 ON listen_probe USING btree (workspace_id);
CREATE INDEX listen_probeversion_created_by_id_80013e1a ON listen_probeversion USING btree (created_by_id);
CREATE INDEX listen_probeversion_probe_id_eee26b69 ON listen_probeversion USING btree (probe_id);
CREATE INDEX listen_probeversion_workspace_id_99d414b9 ON listen_probeversion USING btree (workspace_id);
CREATE INDEX listen_quot_survey__70ae55_idx ON listen_quotaplace USING btree (survey_id, round, name);
CREATE INDEX listen_quotaplace_response_id_b2fda5a2 ON listen_quotaplace USING btree (response_id);
CREATE INDEX listen_quotaplace_survey_id_10cb20fb ON listen_quotaplace USING btree (survey_id);
CREATE INDEX listen_quotaplace_workspace_id_7ec9f90f ON listen_quotaplace USING btree (workspace_id);
CREATE INDEX listen_resp_workspa_bdf081_idx ON listen_response USING btree (workspace_id, started_at DESC);
CREATE INDEX listen_response_customer_id_3b2a4969 ON listen_response USING btree (customer_id);
CREATE INDEX listen_response_hot ON listen_response USING btree (id) WHERE (flush_id IS NULL);
CREATE INDEX listen_response_survey_version_id_0f0e49de ON listen_response USING btree (survey_version_id);
CREATE INDEX listen_response_touchpoint_id_160fe2b7 ON listen_response USING btree (touchpoint_id);
CREATE INDEX listen_response_workspace_id_e82daeef ON listen_response USING btree (workspace_id);
CREATE INDEX listen_responseoriginal_workspace_id_1f09d0ec ON listen_responseoriginal USING btree (workspace_id);
CREATE INDEX listen_running ON listen_response USING btree (updated_at) WHERE ((completed_at IS NULL) AND ((outcome)::text = ''::text));
CREATE INDEX listen_sour_source__b19a60_idx ON listen_sourcerun USING btree (source_id, started_at DESC);
CREATE INDEX listen_source_created_by_id_c746ec44 ON listen_source USING btree (created_by_id);
CREATE INDEX listen_source_due ON listen_source USING btree (next_run_at) WHERE ((state)::text = 'on'::text);
CREATE INDEX listen_source_workspace_id_2c91ceeb ON listen_source USING btree (workspace_id);
CREATE INDEX listen_sourcefile_source_id_28565db5 ON listen_sourcefile USING btree (source_id);
CREATE INDEX listen_sourcefile_workspace_id_327a829c ON listen_sourcefile USING btree (workspace_id);
CREATE INDEX listen_sourcerun_source_id_9b540ec8 ON listen_sourcerun USING btree (source_id);
CREATE INDEX listen_sourcerun_workspace_id_5f4cbc28 ON listen_sourcerun USING btree (workspace_id);
CREATE INDEX listen_survey_key_2434b5c3 ON listen_survey USING btree (key);
CREATE INDEX listen_survey_key_2434b5c3_like ON listen_survey USING btree (key varchar_pattern_ops);
CREATE INDEX listen_survey_workspace_id_ff0667fb ON listen_survey USING btree (workspace_id);
CREATE INDEX listen_surveylink_survey_id_dd7b1603 ON listen_surveylink USING btree (survey_id);
CREATE INDEX listen_surveylink_token_463fea46_like ON listen_surveylink USING btree (token varchar_pattern_ops);
CREATE INDEX listen_surveylink_touchpoint_id_7a962a14 ON listen_surveylink USING btree (touchpoint_id);
CREATE INDEX listen_surveylink_workspace_id_4fdcfbdc ON listen_surveylink USING btree (workspace_id);
CREATE INDEX listen_surveyversion_survey_id_73524d45 ON listen_surveyversion USING btree (survey_id);
CREATE INDEX listen_surveyversion_workspace_id_04bc9d8d ON listen_surveyversion USING btree (workspace_id);
CREATE INDEX listen_turn_voice_id_54353db8 ON listen_turn USING btree (voice_id);
CREATE INDEX listen_turn_workspace_id_c538964d ON listen_turn USING btree (workspace_id);
CREATE INDEX listen_turnoriginal_workspace_id_f85c7cf7 ON listen_turnoriginal USING btree (workspace_id);
CREATE INDEX listen_voic_custome_6e824c_idx ON listen_voice USING btree (customer_id, said_at DESC);
CREATE INDEX listen_voic_touchpo_c84228_idx ON listen_voice USING btree (touchpoint_id, said_at DESC);
CREATE INDEX listen_voic_workspa_aa8d13_idx ON listen_voice USING btree (workspace_id, said_at DESC);
CREATE INDEX listen_voice_channel ON listen_voice USING btree (workspace_id, channel, said_at DESC);
CREATE INDEX listen_voice_hot ON listen_voice USING btree (id) WHERE (flush_id IS NULL);
CREATE INDEX listen_voice_metric ON listen_voice USING btree (workspace_id, metric, said_at DESC) WHERE (NOT ((metric)::text = ''::text));
CREATE INDEX listen_voice_repeats ON listen_voice USING btree (repeats_id) WHERE (repeats_id IS NOT NULL);
CREATE INDEX listen_voice_same ON listen_voice USING btree (workspace_id, sameness) WHERE (sameness IS NOT NULL);
CREATE INDEX listen_voice_score ON listen_voice USING btree (workspace_id, score, said_at DESC) WHERE (score IS NOT NULL);
CREATE INDEX listen_voice_source ON listen_voice USING btree (workspace_id, source_kind, said_at DESC);
CREATE INDEX listen_voice_thread ON listen_voice USING btree (workspace_id, thread) WHERE (thread IS NOT NULL);
CREATE INDEX listen_voiceedition_voice_id_ae5d1844 ON listen_voiceedition USING btree (voice_id);
CREATE INDEX listen_voiceedition_workspace_id_e68fc8c4 ON listen_voiceedition USING btree (workspace_id);
CREATE INDEX listen_voicefile_key_3d0ad303_like ON listen_voicefile USING btree (key varchar_pattern_ops);
CREATE INDEX listen_voicefile_voice_id_0a19a4e6 ON listen_voicefile USING btree (voice_id);
CREATE INDEX listen_voicefile_workspace_id_5dac1724 ON listen_voicefile USING btree (workspace_id);
CREATE INDEX listen_voiceoriginal_workspace_id_45425762 ON listen_voiceoriginal USING btree (workspace_id);
CREATE INDEX listen_voicewords_latest ON listen_voicewords USING btree (workspace_id, said_at DESC, voice_id DESC);
CREATE INDEX listen_voicewords_words ON listen_voicewords USING gin (words);
CREATE INDEX operations__begun_a_885cf1_idx ON operations_backup USING btree (begun_at DESC);
CREATE INDEX outreach_de_custome_3033d1_idx ON outreach_decision USING btree (customer_id, at DESC);
CREATE INDEX outreach_de_workspa_02185e_idx ON outreach_decision USING btree (workspace_id, at DESC);
CREATE INDEX outreach_decision_hot ON outreach_decision USING btree (id) WHERE (flush_id IS NULL);
CREATE INDEX outreach_decision_probe ON outreach_decision USING btree (workspace_id, probe_key, at DESC) WHERE (NOT ((probe_key)::text = ''::text));
CREATE INDEX outreach_decision_rule ON outreach_decision USING btree (workspace_id, rule, at DESC);
CREATE INDEX outreach_held ON outreach_decision USING btree (held_until) WHERE ((settled_at IS NULL) AND ((verdict)::text = 'held'::text));
CREATE INDEX outreach_me_custome_638af1_idx ON outreach_message USING btree (customer_id, created_at DESC);
CREATE INDEX outreach_me_workspa_b94a2d_idx ON outreach_message USING btree (workspace_id, case_id);
CREATE INDEX outreach_message_decision_id_a4371475 ON outreach_message USING btree (decision_id);
CREATE INDEX outreach_message_failed ON outreach_message USING btree (workspace_id, created_at DESC) WHERE ((state)::text = 'failed'::text);
CREATE INDEX outreach_message_latest ON outreach_message USING btree (workspace_id, created_at DESC);
CREATE UNIQUE INDEX outreach_one_standing_ruling ON outreach_decision USING btree (workspace_id, ask_key) WHERE (settled_at IS NULL);
CREATE INDEX outreach_outbox ON outreach_message USING btree (not_before) WHERE ((state)::text = 'queued'::text);
CREATE INDEX outreach_policy_created_by_id_80fb75e9 ON outreach_policy USING btree (created_by_id);
CREATE INDEX outreach_policy_workspace_id_4343ca45 ON outreach_policy USING btree (workspace_id);
CREATE INDEX outreach_rehearsal_created_by_id_10e773be ON outreach_rehearsal USING btree (created_by_id);
CREATE INDEX outreach_rehearsal_workspace_id_8ffdb72e ON outreach_rehearsal USING btree (workspace_id);
CREATE INDEX outreach_sending ON outreach_message USING btree (lease_until) WHERE ((state)::text = 'sending'::text);
CREATE INDEX people_digest_member_id_a84471e9 ON people_digest USING btree (member_id);
CREATE INDEX people_digest_workspace_id_e8c01d09 ON people_digest USING btree (workspace_id);
CREATE INDEX people_digestchoice_workspace_id_855a0636 ON people_digestchoice USING btree (workspace_id);
CREATE INDEX people_follow_member_id_d55a50b8 ON people_follow USING btree (member_id);
CREATE UNIQUE INDEX people_follow_once ON people_follow USING btree (member_id, kind, value) WHERE (ended_at IS NULL);
CREATE INDEX people_follow_workspace_id_982069f1 ON people_follow USING btree (workspace_id);
CREATE INDEX people_list_workspa_30fb03_idx ON people_listeningday USING btree (workspace_id, day);
CREATE INDEX people_listeningday_member_id_014bfb7a ON people_listeningday USING btree (member_id);
CREATE INDEX people_listeningday_workspace_id_c8940773 ON people_listeningday USING btree (workspace_id);
CREATE INDEX people_shar_workspa_b61411_idx ON people_share USING btree (workspace_id, at DESC);
CREATE INDEX people_share_by_id_75bec03b ON people_share USING btree (by_id);
CREATE INDEX people_share_to_member_id_5990d8de ON people_share USING btree (to_member_id);
CREATE INDEX people_share_to_team_id_90f2e0fe ON people_share USING btree (to_team_id);
CREATE INDEX people_share_voice_id_8b171a22 ON people_share USING btree (voice_id);
CREATE INDEX people_share_workspace_id_fced0f2e ON people_share USING btree (workspace_id);
CREATE INDEX people_than_workspa_c88b37_idx ON people_thanks USING btree (workspace_id, at DESC);
CREATE UNIQUE INDEX people_thank_customer_once ON people_thanks USING btree (voice_id) WHERE (to_member_id IS NULL);
CREATE INDEX people_thanks_by_id_94e2e13c ON people_thanks USING btree (by_id);
CREATE INDEX people_thanks_to_member_id_033bd899 ON people_thanks USING btree (to_member_id);
CREATE INDEX people_thanks_voice_id_60026926 ON people_thanks USING btree (voice_id);
CREATE INDEX people_thanks_workspace_id_f7b07318 ON people_thanks USING btree (workspace_id);
CREATE INDEX people_visit_workspace_id_09d75394 ON people_visit USING btree (workspace_id);
CREATE INDEX places_plac_workspa_d5b3e2_idx ON places_place USING btree (workspace_id, kind);
CREATE INDEX places_place_code_1c415a63_like ON places_place USING btree (code varchar_pattern_ops);
CREATE INDEX places_place_survey_id_eec38394 ON places_place USING btree (survey_id);
CREATE INDEX places_place_touchpoint_id_29b4f3ec ON places_place USING btree (touchpoint_id);
CREATE INDEX places_place_workspace_id_466298d4 ON places_place USING btree (workspace_id);
CREATE INDEX plugin_answer_workspace_id_00a28c92 ON plugin_answer USING btree (workspace_id);
CREATE INDEX plugin_chosen ON plugin_outsidechoice USING btree (workspace_id, id DESC);
CREATE INDEX plugin_compared ON plugin_comparison USING btree (workspace_id, id DESC);
CREATE INDEX plugin_comparison_asked_by_id_56e4a3cc ON plugin_comparison USING btree (asked_by_id);
CREATE INDEX plugin_comparison_workspace_id_14079e41 ON plugin_comparison USING btree (workspace_id);
CREATE INDEX plugin_outsidechoice_by_id_819e6917 ON plugin_outsidechoice USING btree (by_id);
CREATE INDEX plugin_outsidechoice_workspace_id_90d89abf ON plugin_outsidechoice USING btree (workspace_id);
CREATE INDEX plugin_outsidemodel_enabled_by_id_70da12f9 ON plugin_outsidemodel USING btree (enabled_by_id);
CREATE INDEX plugin_outsidemodel_workspace_id_090f3e16 ON plugin_outsidemodel USING btree (workspace_id);
CREATE INDEX plugin_spend_workspace_id_234149d6 ON plugin_spend USING btree (workspace_id);
CREATE INDEX respond_businesscalendar_workspace_id_59fa7012 ON respond_businesscalendar USING btree (workspace_id);
CREATE INDEX respond_cas_case_id_aafcc8_idx ON respond_caseentry USING btree (case_id, at);
CREATE INDEX respond_cas_custome_1c532d_idx ON respond_case USING btree (customer_id, opened_at DESC);
CREATE INDEX respond_cas_workspa_49a72f_idx ON respond_case USING btree (workspace_id, owner_id, state);
CREATE INDEX respond_cas_workspa_4dfec9_idx ON respond_case USING btree (workspace_id, state, reply_due_at);
CREATE INDEX respond_case_answer ON respond_case USING btree (answer_by) WHERE (answer_by IS NOT NULL);
CREATE INDEX respond_case_cause_id_4261dc27 ON respond_case USING btree (cause_id);
CREATE INDEX respond_case_first_owner_id_2920eda5 ON respond_case USING btree (first_owner_id);
CREATE INDEX respond_case_hot ON respond_case USING btree (id) WHERE (flush_id IS NULL);
CREATE INDEX respond_case_latest ON respond_case USING btree (workspace_id, opened_at DESC);
CREATE UNIQUE INDEX respond_case_origin ON respond_case USING btree (workspace_id, origin_id) WHERE (origin_id IS NOT NULL);
CREATE INDEX respond_case_origin_id_13aee1f6 ON respond_case USING btree (origin_id);
CREATE INDEX respond_case_owner_id_c939cfc1 ON respond_case USING btree (owner_id);
CREATE INDEX respond_case_state ON respond_case USING btree (workspace_id, state, opened_at DESC);
CREATE INDEX respond_case_token_bd7df028_like ON respond_case USING btree (token varchar_pattern_ops);
CREATE INDEX respond_case_touchpoint_id_1b9d939a ON respond_case USING btree (touchpoint_id);
CREATE INDEX respond_caseentry_actor_id_e3607565 ON respond_caseentry USING btree (actor_id);
CREATE INDEX respond_caseentry_case_id_320163c2 ON respond_caseentry USING btree (case_id);
CREATE INDEX respond_caseentry_voice_id_dbad905b ON respond_caseentry USING btree (voice_id);
CREATE INDEX respond_caseentry_workspace_id_6d10326f ON respond_caseentry USING btree (workspace_id);
CREATE INDEX respond_casevoice_case_id_1c92ed6d ON respond_casevoice USING btree (case_id);
CREATE INDEX respond_casevoice_workspace_id_ac54efc0 ON respond_casevoice USING btree (workspace_id);
CREATE INDEX respond_cause_key_5848df78 ON respond_cause USING btree (key);
CREATE INDEX respond_cause_key_5848df78_like ON respond_cause USING btree (key varchar_pattern_ops);
CREATE INDEX respond_cause_workspace_id_d4845e18 ON respond_cause USING btree (workspace_id);
CREATE INDEX respond_entry_message ON respond_caseentry USING btree (message_id) WHERE (message_id IS NOT NULL);
CREATE INDEX respond_handover_case_id_d99aed1e ON respond_handover USING btree (case_id);
CREATE INDEX respond_handover_giver_id_cac56bca ON respond_handover USING btree (giver_id);
CREATE INDEX respond_handover_taker_id_c76265e3 ON respond_handover USING btree (taker_id);
CREATE INDEX respond_handover_workspace_id_7c017da7 ON respond_handover USING btree (workspace_id);
CREATE UNIQUE INDEX respond_one_pending_handover ON respond_handover USING btree (case_id) WHERE ((state)::text = 'pending'::text);
CREATE INDEX respond_servicepromise_workspace_id_7824bdd0 ON respond_servicepromise USING btree (workspace_id);
CREATE INDEX studies_member_customer_id_617cc3d6 ON studies_member USING btree (customer_id);
CREATE INDEX studies_member_wave_id_776d3225 ON studies_member USING btree (wave_id);
CREATE INDEX studies_member_workspace_id_45f8e989 ON studies_member USING btree (workspace_id);
CREATE INDEX studies_study_key_c06cb946 ON studies_study USING btree (key);
CREATE INDEX studies_study_key_c06cb946_like ON studies_study USING btree (key varchar_pattern_ops);
CREATE INDEX studies_study_survey_id_4baf7e62 ON studies_study USING btree (survey_id);
CREATE INDEX studies_study_workspace_id_7ae82a03 ON studies_study USING btree (workspace_id);
CREATE INDEX studies_wave_study_id_92ae904e ON studies_wave USING btree (study_id);
CREATE INDEX studies_wave_workspace_id_34717071 ON studies_wave USING btree (workspace_id);
CREATE INDEX tags_tag_created_by_id_b7780762 ON tags_tag USING btree (created_by_id);
CREATE INDEX tags_tag_merged_into_id_eb8a12bd ON tags_tag USING btree (merged_into_id);
CREATE INDEX tags_tag_workspace_id_b33d89ba ON tags_tag USING btree (workspace_id);
CREATE INDEX tags_voicet_tag_id_ecfcc8_idx ON tags_voicetag USING btree (tag_id, voice_id);
CREATE INDEX tags_voicetag_by_id_1f1711f4 ON tags_voicetag USING btree (by_id);
CREATE INDEX tags_voicetag_tag_id_2b31fe3e ON tags_voicetag USING btree (tag_id);
CREATE INDEX tags_voicetag_voice_id_c72933ea ON tags_voicetag USING btree (voice_id);
CREATE INDEX tags_voicetag_workspace_id_33a5790d ON tags_voicetag USING btree (workspace_id);
CREATE UNIQUE INDEX teams_one_of_a_name ON teams_team USING btree (workspace_id, name) WHERE (ended_at IS NULL);
CREATE INDEX teams_team_workspace_id_1c116fee ON teams_team USING btree (workspace_id);
CREATE INDEX teams_teammember_member_id_4dd47b64 ON teams_teammember USING btree (member_id);
CREATE INDEX teams_teammember_team_id_09a01daf ON teams_teammember USING btree (team_id);
CREATE INDEX teams_teammember_workspace_id_a6214312 ON teams_teammember USING btree (workspace_id);
CREATE INDEX themes_cell_theme_id_aa6a30c4 ON themes_cell USING btree (theme_id);
CREATE INDEX themes_cell_workspace_id_573b45c0 ON themes_cell USING btree (workspace_id);
CREATE INDEX themes_plac_cell_id_61c507_idx ON themes_place USING btree (cell_id, nearness DESC);
CREATE INDEX themes_place_cell_id_87d0bfa0 ON themes_place USING btree (cell_id);
CREATE INDEX themes_place_workspace_id_8507458a ON themes_place USING btree (workspace_id);
CREATE INDEX themes_selectedtheme_kept_as_id_810bcc72 ON themes_selectedtheme USING btree (kept_as_id);
CREATE INDEX themes_selectedtheme_selection_id_80447b50 ON themes_selectedtheme USING btree (selection_id);
CREATE INDEX themes_selectedtheme_workspace_id_c50921e9 ON themes_selectedtheme USING btree (workspace_id);
CREATE INDEX themes_them_theme_i_b48950_idx ON themes_themechange USING btree (theme_id, at DESC);
CREATE INDEX themes_them_workspa_78983a_idx ON themes_theme USING btree (workspace_id, gone_at);
CREATE INDEX themes_them_workspa_7e6979_idx ON themes_themerun USING btree (workspace_id, started_at DESC);
CREATE INDEX themes_them_workspa_92f536_idx ON themes_themeselection USING btree (workspace_id, digest, id DESC);
CREATE INDEX themes_theme_merged_into_id_53b05890 ON themes_theme USING btree (merged_into_id);
CREATE INDEX themes_theme_part_of_id_af349cff ON themes_theme USING btree (part_of_id);
CREATE INDEX themes_theme_workspace_id_161e18ee ON themes_theme USING btree (workspace_id);
CREATE INDEX themes_themechange_by_id_6ca40dd3 ON themes_themechange USING btree (by_id);
CREATE INDEX themes_themechange_other_id_974a1025 ON themes_themechange USING btree (other_id);
CREATE INDEX themes_themechange_theme_id_c169f678 ON themes_themechange USING btree (theme_id);
CREATE INDEX themes_themechange_workspace_id_f11870a8 ON themes_themechange USING btree (workspace_id);
CREATE INDEX themes_themerun_asked_by_id_dd3a19e4 ON themes_themerun USING btree (asked_by_id);
CREATE INDEX themes_themerun_workspace_id_15f9b453 ON themes_themerun USING btree (workspace_id);
CREATE INDEX themes_themeselection_asked_by_id_4387f37a ON themes_themeselection USING btree (asked_by_id);
CREATE INDEX themes_themeselection_workspace_id_c0a5e42f ON themes_themeselection USING btree (workspace_id);
CREATE INDEX themes_themesize_run_id_57b21e66 ON themes_themesize USING btree (run_id);
CREATE INDEX themes_themesize_theme_id_d931e60f ON themes_themesize USING btree (theme_id);
CREATE INDEX themes_themesize_workspace_id_7692cc62 ON themes_themesize USING btree (workspace_id);
CREATE INDEX understand__workspa_00970f_idx ON understand_modelchoice USING btree (workspace_id, slot, id DESC);
CREATE INDEX understand__workspa_670121_idx ON understand_correction USING btree (workspace_id, at DESC);
CREATE INDEX understand__workspa_a27017_idx ON understand_textmodel USING btree (workspace_id, slot, id DESC);
CREATE INDEX understand__workspa_b289a1_idx ON understand_voicelabel USING btree (workspace_id, code, said_at DESC);
CREATE UNIQUE INDEX understand_annotation_current ON understand_voiceannotation USING btree (voice_id, annotator) WHERE (replaced_at IS NULL);
CREATE INDEX understand_annotation_latest ON understand_voiceannotation USING btree (workspace_id, said_at DESC) WHERE (replaced_at IS NULL);
CREATE INDEX understand_backfill_started_by_id_4f457831 ON understand_backfill USING btree (started_by_id);
CREATE INDEX understand_backfill_workspace_id_3086ba9f ON understand_backfill USING btree (workspace_id);
CREATE INDEX understand_correction_author_id_38bcdaa1 ON understand_correction USING btree (author_id);
CREATE INDEX understand_correction_voice_id_f29c08aa ON understand_correction USING btree (voice_id);
CREATE INDEX understand_correction_workspace_id_feeaa4f2 ON understand_correction USING btree (workspace_id);
CREATE INDEX understand_modelchoice_by_id_7a4b94a7 ON understand_modelchoice USING btree (by_id);
CREATE INDEX understand_modelchoice_model_id_4ddbf8bd ON understand_modelchoice USING btree (model_id);
CREATE INDEX understand_modelchoice_workspace_id_777ad012 ON understand_modelchoice USING btree (workspace_id);
CREATE UNIQUE INDEX understand_one_reviewer ON understand_reviewer USING btree (member_id) WHERE (ended_at IS NULL);
CREATE INDEX understand_reviewer_by_id_c7e7f562 ON understand_reviewer USING btree (by_id);
CREATE INDEX understand_reviewer_member_id_07fd157d ON understand_reviewer USING btree (member_id);
CREATE INDEX understand_reviewer_workspace_id_cf921f26 ON understand_reviewer USING btree (workspace_id);
CREATE INDEX understand_textmodel_asked_by_id_44134737 ON understand_textmodel USING btree (asked_by_id);
CREATE INDEX understand_textmodel_workspace_id_17718d1e ON understand_textmodel USING btree (workspace_id);
CREATE INDEX understand_voiceannotation_hot ON understand_voiceannotation USING btree (id) WHERE (flush_id IS NULL);
CREATE INDEX understand_voiceannotation_voice_id_3a40e7ec ON understand_voiceannotation USING btree (voice_id);
CREATE INDEX understand_voiceannotation_workspace_id_797b69df ON understand_voiceannotation USING btree (workspace_id);
CREATE INDEX understand_voicelabel_voice_id_fd5ee4f6 ON understand_voicelabel USING btree (voice_id);
CREATE INDEX understand_voicelabel_workspace_id_0e464035 ON understand_voicelabel USING btree (workspace_id);
CREATE INDEX understand_waitingvoice_voice_id_39684719 ON understand_waitingvoice USING btree (voice_id);
CREATE INDEX understand_waitingvoice_workspace_id_48f29276 ON understand_waitingvoice USING btree (workspace_id);
CREATE UNIQUE INDEX unique_primary_email ON account_emailaddress USING btree (user_id, "primary") WHERE "primary";
CREATE UNIQUE INDEX unique_verified_email ON account_emailaddress USING btree (email) WHERE verified;
CREATE INDEX webhooks_attempt_delivery_id_bb1708b1 ON webhooks_attempt USING btree (delivery_id);
CREATE INDEX webhooks_attempt_workspace_id_4abf58cf ON webhooks_attempt USING btree (workspace_id);
CREATE INDEX webhooks_delivery_due ON webhooks_delivery USING btree (endpoint_id, run_at) WHERE ((state)::text = 'queued'::text);
CREATE INDEX webhooks_delivery_endpoint_id_6cbee67d ON webhooks_delivery USING btree (endpoint_id);
CREATE INDEX webhooks_delivery_log ON webhooks_delivery USING btree (endpoint_id, id DESC);
CREATE INDEX webhooks_delivery_outgoing_id_bff9fe54 ON webhooks_delivery USING btree (outgoing_id);
CREATE INDEX webhooks_delivery_sent ON webhooks_delivery USING btree (lease_until) WHERE ((state)::text = 'sending'::text);
CREATE INDEX webhooks_delivery_workspace_id_7d763746 ON webhooks_delivery USING btree (workspace_id);
CREATE INDEX webhooks_endpoint_created_by_id_f1288ec5 ON webhooks_endpoint USING btree (created_by_id);
CREATE INDEX webhooks_endpoint_live ON webhooks_endpoint USING btree (workspace_id) WHERE (removed_at IS NULL);
CREATE INDEX webhooks_endpoint_workspace_id_7f5fbe8f ON webhooks_endpoint USING btree (workspace_id);
CREATE INDEX webhooks_ou_at_569c7a_idx ON webhooks_outgoing USING btree (at);
CREATE INDEX webhooks_outgoing_customer_id_5517e115 ON webhooks_outgoing USING btree (customer_id);
CREATE INDEX webhooks_outgoing_endpoint_id_2e54427d ON webhooks_outgoing USING btree (endpoint_id);
CREATE INDEX webhooks_outgoing_key_8425fb19_like ON webhooks_outgoing USING btree (key varchar_pattern_ops);
CREATE INDEX webhooks_outgoing_new ON webhooks_outgoing USING btree (id) WHERE (body IS NULL);
CREATE INDEX webhooks_outgoing_workspace_id_a971d99d ON webhooks_outgoing USING btree (workspace_id);
CREATE TRIGGER customers_customer_came AFTER INSERT OR DELETE OR UPDATE ON customers_customer FOR EACH ROW EXECUTE FUNCTION customers_customer_words();
CREATE TRIGGER customers_customer_emptied AFTER TRUNCATE ON customers_customer FOR EACH STATEMENT EXECUTE FUNCTION customers_customer_words();
CREATE TRIGGER listen_voice_customer_told AFTER UPDATE ON customers_customer FOR EACH ROW EXECUTE FUNCTION listen_voices_customer_told();
CREATE TRIGGER listen_voice_emptied AFTER TRUNCATE ON listen_voice FOR EACH STATEMENT EXECUTE FUNCTION listen_voice_words();
CREATE TRIGGER listen_voice_gone AFTER DELETE ON listen_voice FOR EACH ROW EXECUTE FUNCTION listen_voice_words();
CREATE TRIGGER listen_voice_said AFTER INSERT OR UPDATE ON listen_voice FOR EACH ROW EXECUTE FUNCTION listen_voice_words();
CREATE TRIGGER listen_voice_tagged AFTER INSERT OR DELETE ON tags_voicetag FOR EACH ROW EXECUTE FUNCTION listen_voice_tagging();
CREATE TRIGGER understand_voicelabel_changed AFTER UPDATE ON understand_voicelabel REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION listen_voices_marked();
CREATE TRIGGER understand_voicelabel_put AFTER INSERT ON understand_voicelabel REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION listen_voices_marked();
CREATE TRIGGER understand_voicelabel_taken AFTER DELETE ON understand_voicelabel REFERENCING OLD TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION listen_voices_marked();
ALTER TABLE ONLY account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_2c513194_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY account_emailconfirmation
    ADD CONSTRAINT account_emailconfirm_email_address_id_5b7f8c58_fk_account_e FOREIGN KEY (email_address_id) REFERENCES account_emailaddress(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY accounts_accesskey
    ADD CONSTRAINT accounts_accesskey_created_by_id_772ae481_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY accounts_accesskey
    ADD CONSTRAINT accounts_accesskey_workspace_id_1b2a2969_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY accounts_auditentry
    ADD CONSTRAINT accounts_auditentry_actor_id_3237b29c_fk_accounts_user_id FOREIGN KEY (actor_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY accounts_auditentry
    ADD CONSTRAINT accounts_auditentry_workspace_id_3734b076_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY accounts_memberinvite
    ADD CONSTRAINT accounts_memberinvit_invited_by_id_8da2c9bb_fk_accounts_ FOREIGN KEY (invited_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY accounts_memberinvite
    ADD CONSTRAINT accounts_memberinvit_workspace_id_0c22c20f_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY accounts_membership
    ADD CONSTRAINT accounts_membership_user_id_487fb39e_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY accounts_membership
    ADD CONSTRAINT accounts_membership_workspace_id_3a7fb173_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY accounts_signinlink
    ADD CONSTRAINT accounts_signinlink_user_id_a6b02f6b_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_attributevalue
    ADD CONSTRAINT customers_attributev_customer_id_5edb5cf1_fk_customers FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_attributevalue
    ADD CONSTRAINT customers_attributev_workspace_id_81e4a0eb_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_clientaccount
    ADD CONSTRAINT customers_clientacco_workspace_id_5e435a78_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_consentrecord
    ADD CONSTRAINT customers_consentrec_customer_id_48c59a12_fk_customers FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_consentrecord
    ADD CONSTRAINT customers_consentrec_workspace_id_1c046285_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_contact
    ADD CONSTRAINT customers_contact_account_id_aa150ac5_fk_customers FOREIGN KEY (account_id) REFERENCES customers_clientaccount(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_contact
    ADD CONSTRAINT customers_contact_customer_id_b9afc0da_fk_customers_customer_id FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_contact
    ADD CONSTRAINT customers_contact_workspace_id_1dba30fd_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_contest
    ADD CONSTRAINT customers_contest_customer_id_bd91d8d6_fk_customers_customer_id FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_contest
    ADD CONSTRAINT customers_contest_identifier_id_654e0957_fk_customers FOREIGN KEY (identifier_id) REFERENCES customers_identifier(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_contest
    ADD CONSTRAINT customers_contest_workspace_id_f6dd99d6_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_customer
    ADD CONSTRAINT customers_customer_merged_into_id_2994ddb6_fk_customers FOREIGN KEY (merged_into_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_customer
    ADD CONSTRAINT customers_customer_workspace_id_9c4ede06_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_customerkey
    ADD CONSTRAINT customers_customerke_customer_id_4b859656_fk_customers FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_customerkey
    ADD CONSTRAINT customers_customerke_workspace_id_a679833a_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_erasure
    ADD CONSTRAINT customers_erasure_actor_id_ceb67311_fk_accounts_user_id FOREIGN KEY (actor_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_erasure
    ADD CONSTRAINT customers_erasure_workspace_id_2a2f2f25_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_forgotten
    ADD CONSTRAINT customers_forgotten_workspace_id_dc491eee_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_identifier
    ADD CONSTRAINT customers_identifier_customer_id_b95edd20_fk_customers FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_identifier
    ADD CONSTRAINT customers_identifier_workspace_id_818eb984_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_identityepoch
    ADD CONSTRAINT customers_identityep_workspace_id_60527eb5_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_identityrules
    ADD CONSTRAINT customers_identityru_workspace_id_848c6c4f_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_merge
    ADD CONSTRAINT customers_merge_kept_id_079eb59f_fk_customers_customer_id FOREIGN KEY (kept_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_merge
    ADD CONSTRAINT customers_merge_merged_id_fa9d6919_fk_customers_customer_id FOREIGN KEY (merged_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_merge
    ADD CONSTRAINT customers_merge_workspace_id_d6280396_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_movement
    ADD CONSTRAINT customers_movement_customer_id_66d82861_fk_customers FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_movement
    ADD CONSTRAINT customers_movement_workspace_id_520195a2_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_retention
    ADD CONSTRAINT customers_retention_workspace_id_07e1c534_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY customers_workspacekey
    ADD CONSTRAINT customers_workspacek_workspace_id_53fbaaf2_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY delivery_barred
    ADD CONSTRAINT delivery_barred_workspace_id_59bda2cc_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY delivery_channelsetup
    ADD CONSTRAINT delivery_channelsetu_workspace_id_b1e3d01c_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY delivery_credit
    ADD CONSTRAINT delivery_credit_customer_id_c1d9cb48_fk_customers_customer_id FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY delivery_credit
    ADD CONSTRAINT delivery_credit_workspace_id_e608723e_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY delivery_minute
    ADD CONSTRAINT delivery_minute_workspace_id_3965d137_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY delivery_report
    ADD CONSTRAINT delivery_report_message_id_cba7a3e6_fk_outreach_message_id FOREIGN KEY (message_id) REFERENCES outreach_message(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY delivery_report
    ADD CONSTRAINT delivery_report_workspace_id_164cf365_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_export
    ADD CONSTRAINT events_export_created_by_id_28deaee7_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_export
    ADD CONSTRAINT events_export_workspace_id_2f693866_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_import
    ADD CONSTRAINT events_import_created_by_id_a70f0a00_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_import
    ADD CONSTRAINT events_import_workspace_id_a68cef3b_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_importmark
    ADD CONSTRAINT events_importmark_import_file_id_1e9fe510_fk_events_import_id FOREIGN KEY (import_file_id) REFERENCES events_import(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_importmark
    ADD CONSTRAINT events_importmark_workspace_id_2c8bf7f2_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_intakecount
    ADD CONSTRAINT events_intakecount_workspace_id_4abe99f8_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_intakelimit
    ADD CONSTRAINT events_intakelimit_workspace_id_d0e27880_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_quarantinedrow
    ADD CONSTRAINT events_quarantinedro_import_file_id_d488af1d_fk_events_im FOREIGN KEY (import_file_id) REFERENCES events_import(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_quarantinedrow
    ADD CONSTRAINT events_quarantinedro_workspace_id_4aa491bd_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_savedmapping
    ADD CONSTRAINT events_savedmapping_created_by_id_7240fdb2_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_savedmapping
    ADD CONSTRAINT events_savedmapping_workspace_id_9c584062_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_upload
    ADD CONSTRAINT events_upload_created_by_id_110e95c0_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_upload
    ADD CONSTRAINT events_upload_import_file_id_03a0a2b7_fk_events_import_id FOREIGN KEY (import_file_id) REFERENCES events_import(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY events_upload
    ADD CONSTRAINT events_upload_workspace_id_01d5c9d4_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY inbound_inboundrequest
    ADD CONSTRAINT inbound_inboundreque_source_id_27a31162_fk_inbound_i FOREIGN KEY (source_id) REFERENCES inbound_inboundsource(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY inbound_inboundrequest
    ADD CONSTRAINT inbound_inboundreque_workspace_id_c4e725a0_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY inbound_inboundsource
    ADD CONSTRAINT inbound_inboundsourc_created_by_id_972aa9f7_fk_accounts_ FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY inbound_inboundsource
    ADD CONSTRAINT inbound_inboundsourc_workspace_id_dd1fb6fc_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY journeys_touchpoint
    ADD CONSTRAINT journeys_touchpoint_owner_id_71c57e76_fk_accounts_membership_id FOREIGN KEY (owner_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY journeys_touchpoint
    ADD CONSTRAINT journeys_touchpoint_workspace_id_b4853cdf_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_attachment
    ADD CONSTRAINT listen_attachment_response_id_fa67d568_fk_listen_response_id FOREIGN KEY (response_id) REFERENCES listen_response(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_attachment
    ADD CONSTRAINT listen_attachment_workspace_id_be6b1c34_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_enclosure
    ADD CONSTRAINT listen_enclosure_letter_id_e70ba04c_fk_listen_letter_id FOREIGN KEY (letter_id) REFERENCES listen_letter(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_enclosure
    ADD CONSTRAINT listen_enclosure_workspace_id_93fcbdf1_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_invitation
    ADD CONSTRAINT listen_invitation_customer_id_fc8d2046_fk_customers_customer_id FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_invitation
    ADD CONSTRAINT listen_invitation_link_id_bda2edd6_fk_listen_surveylink_id FOREIGN KEY (link_id) REFERENCES listen_surveylink(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_invitation
    ADD CONSTRAINT listen_invitation_probe_id_34dd405b_fk_listen_probe_id FOREIGN KEY (probe_id) REFERENCES listen_probe(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_invitation
    ADD CONSTRAINT listen_invitation_survey_version_id_e5d49118_fk_listen_su FOREIGN KEY (survey_version_id) REFERENCES listen_surveyversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_invitation
    ADD CONSTRAINT listen_invitation_touchpoint_id_07a404b6_fk_journeys_ FOREIGN KEY (touchpoint_id) REFERENCES journeys_touchpoint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_invitation
    ADD CONSTRAINT listen_invitation_workspace_id_dce3557a_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_letter
    ADD CONSTRAINT listen_letter_voice_id_066e1b2b_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_letter
    ADD CONSTRAINT listen_letter_workspace_id_06e59e9f_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_markedattribute
    ADD CONSTRAINT listen_markedattribu_workspace_id_2bc77b25_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_official
    ADD CONSTRAINT listen_official_voice_id_720cb4ba_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_official
    ADD CONSTRAINT listen_official_workspace_id_fb8187bb_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_probe
    ADD CONSTRAINT listen_probe_survey_id_05adee37_fk_listen_survey_id FOREIGN KEY (survey_id) REFERENCES listen_survey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_probe
    ADD CONSTRAINT listen_probe_touchpoint_id_9203412b_fk_journeys_touchpoint_id FOREIGN KEY (touchpoint_id) REFERENCES journeys_touchpoint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_probe
    ADD CONSTRAINT listen_probe_workspace_id_e3d6cce1_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_probeversion
    ADD CONSTRAINT listen_probeversion_created_by_id_80013e1a_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_probeversion
    ADD CONSTRAINT listen_probeversion_probe_id_eee26b69_fk_listen_probe_id FOREIGN KEY (probe_id) REFERENCES listen_probe(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_probeversion
    ADD CONSTRAINT listen_probeversion_workspace_id_99d414b9_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_quotaplace
    ADD CONSTRAINT listen_quotaplace_response_id_b2fda5a2_fk_listen_response_id FOREIGN KEY (response_id) REFERENCES listen_response(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_quotaplace
    ADD CONSTRAINT listen_quotaplace_survey_id_10cb20fb_fk_listen_survey_id FOREIGN KEY (survey_id) REFERENCES listen_survey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_quotaplace
    ADD CONSTRAINT listen_quotaplace_workspace_id_7ec9f90f_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_response
    ADD CONSTRAINT listen_response_customer_id_3b2a4969_fk_customers_customer_id FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_response
    ADD CONSTRAINT listen_response_invitation_id_ef42a868_fk_listen_invitation_id FOREIGN KEY (invitation_id) REFERENCES listen_invitation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_response
    ADD CONSTRAINT listen_response_survey_version_id_0f0e49de_fk_listen_su FOREIGN KEY (survey_version_id) REFERENCES listen_surveyversion(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_response
    ADD CONSTRAINT listen_response_touchpoint_id_160fe2b7_fk_journeys_ FOREIGN KEY (touchpoint_id) REFERENCES journeys_touchpoint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_response
    ADD CONSTRAINT listen_response_workspace_id_e82daeef_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_responseoriginal
    ADD CONSTRAINT listen_responseorigi_response_id_e09eb00d_fk_listen_re FOREIGN KEY (response_id) REFERENCES listen_response(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_responseoriginal
    ADD CONSTRAINT listen_responseorigi_workspace_id_1f09d0ec_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_source
    ADD CONSTRAINT listen_source_created_by_id_c746ec44_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_source
    ADD CONSTRAINT listen_source_workspace_id_2c91ceeb_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_sourcefile
    ADD CONSTRAINT listen_sourcefile_source_id_28565db5_fk_listen_source_id FOREIGN KEY (source_id) REFERENCES listen_source(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_sourcefile
    ADD CONSTRAINT listen_sourcefile_workspace_id_327a829c_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_sourcerun
    ADD CONSTRAINT listen_sourcerun_source_id_9b540ec8_fk_listen_source_id FOREIGN KEY (source_id) REFERENCES listen_source(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_sourcerun
    ADD CONSTRAINT listen_sourcerun_workspace_id_5f4cbc28_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_survey
    ADD CONSTRAINT listen_survey_workspace_id_ff0667fb_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_surveylink
    ADD CONSTRAINT listen_surveylink_survey_id_dd7b1603_fk_listen_survey_id FOREIGN KEY (survey_id) REFERENCES listen_survey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_surveylink
    ADD CONSTRAINT listen_surveylink_touchpoint_id_7a962a14_fk_journeys_ FOREIGN KEY (touchpoint_id) REFERENCES journeys_touchpoint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_surveylink
    ADD CONSTRAINT listen_surveylink_workspace_id_4fdcfbdc_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_surveyversion
    ADD CONSTRAINT listen_surveyversion_survey_id_73524d45_fk_listen_survey_id FOREIGN KEY (survey_id) REFERENCES listen_survey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_surveyversion
    ADD CONSTRAINT listen_surveyversion_workspace_id_04bc9d8d_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_turn
    ADD CONSTRAINT listen_turn_voice_id_54353db8_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_turn
    ADD CONSTRAINT listen_turn_workspace_id_c538964d_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_turnoriginal
    ADD CONSTRAINT listen_turnoriginal_turn_id_10c08b1f_fk_listen_turn_id FOREIGN KEY (turn_id) REFERENCES listen_turn(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_turnoriginal
    ADD CONSTRAINT listen_turnoriginal_workspace_id_f85c7cf7_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_voice
    ADD CONSTRAINT listen_voice_customer_id_89c82bb5_fk_customers_customer_id FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_voice
    ADD CONSTRAINT listen_voice_repeats_id_b360ca9c_fk_listen_voice_id FOREIGN KEY (repeats_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_voice
    ADD CONSTRAINT listen_voice_response_id_93a99c34_fk_listen_response_id FOREIGN KEY (response_id) REFERENCES listen_response(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_voice
    ADD CONSTRAINT listen_voice_touchpoint_id_051bf721_fk_journeys_touchpoint_id FOREIGN KEY (touchpoint_id) REFERENCES journeys_touchpoint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_voice
    ADD CONSTRAINT listen_voice_workspace_id_7e5f78f3_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_voiceedition
    ADD CONSTRAINT listen_voiceedition_voice_id_ae5d1844_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_voiceedition
    ADD CONSTRAINT listen_voiceedition_workspace_id_e68fc8c4_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_voicefile
    ADD CONSTRAINT listen_voicefile_voice_id_0a19a4e6_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_voicefile
    ADD CONSTRAINT listen_voicefile_workspace_id_5dac1724_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_voiceoriginal
    ADD CONSTRAINT listen_voiceoriginal_voice_id_8caf1d61_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY listen_voiceoriginal
    ADD CONSTRAINT listen_voiceoriginal_workspace_id_45425762_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY outreach_decision
    ADD CONSTRAINT outreach_decision_customer_id_d633b4dd_fk_customers_customer_id FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY outreach_decision
    ADD CONSTRAINT outreach_decision_workspace_id_beeac0d2_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY outreach_message
    ADD CONSTRAINT outreach_message_customer_id_6af0ebae_fk_customers_customer_id FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY outreach_message
    ADD CONSTRAINT outreach_message_decision_id_a4371475_fk_outreach_decision_id FOREIGN KEY (decision_id) REFERENCES outreach_decision(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY outreach_message
    ADD CONSTRAINT outreach_message_workspace_id_8141dc0b_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY outreach_policy
    ADD CONSTRAINT outreach_policy_created_by_id_80fb75e9_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY outreach_policy
    ADD CONSTRAINT outreach_policy_workspace_id_4343ca45_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY outreach_rehearsal
    ADD CONSTRAINT outreach_rehearsal_created_by_id_10e773be_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY outreach_rehearsal
    ADD CONSTRAINT outreach_rehearsal_workspace_id_8ffdb72e_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_digest
    ADD CONSTRAINT people_digest_member_id_a84471e9_fk_accounts_membership_id FOREIGN KEY (member_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_digest
    ADD CONSTRAINT people_digest_workspace_id_e8c01d09_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_digestchoice
    ADD CONSTRAINT people_digestchoice_member_id_ae3ef0d1_fk_accounts_ FOREIGN KEY (member_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_digestchoice
    ADD CONSTRAINT people_digestchoice_workspace_id_855a0636_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_follow
    ADD CONSTRAINT people_follow_member_id_d55a50b8_fk_accounts_membership_id FOREIGN KEY (member_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_follow
    ADD CONSTRAINT people_follow_workspace_id_982069f1_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_listeningday
    ADD CONSTRAINT people_listeningday_member_id_014bfb7a_fk_accounts_ FOREIGN KEY (member_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_listeningday
    ADD CONSTRAINT people_listeningday_workspace_id_c8940773_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_share
    ADD CONSTRAINT people_share_by_id_75bec03b_fk_accounts_membership_id FOREIGN KEY (by_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_share
    ADD CONSTRAINT people_share_to_member_id_5990d8de_fk_accounts_membership_id FOREIGN KEY (to_member_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_share
    ADD CONSTRAINT people_share_to_team_id_90f2e0fe_fk_teams_team_id FOREIGN KEY (to_team_id) REFERENCES teams_team(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_share
    ADD CONSTRAINT people_share_voice_id_8b171a22_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_share
    ADD CONSTRAINT people_share_workspace_id_fced0f2e_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_thanks
    ADD CONSTRAINT people_thanks_by_id_94e2e13c_fk_accounts_membership_id FOREIGN KEY (by_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_thanks
    ADD CONSTRAINT people_thanks_to_member_id_033bd899_fk_accounts_membership_id FOREIGN KEY (to_member_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_thanks
    ADD CONSTRAINT people_thanks_voice_id_60026926_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_thanks
    ADD CONSTRAINT people_thanks_workspace_id_f7b07318_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_visit
    ADD CONSTRAINT people_visit_member_id_b5c2cd34_fk_accounts_membership_id FOREIGN KEY (member_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY people_visit
    ADD CONSTRAINT people_visit_workspace_id_09d75394_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY places_place
    ADD CONSTRAINT places_place_survey_id_eec38394_fk_listen_survey_id FOREIGN KEY (survey_id) REFERENCES listen_survey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY places_place
    ADD CONSTRAINT places_place_touchpoint_id_29b4f3ec_fk_journeys_touchpoint_id FOREIGN KEY (touchpoint_id) REFERENCES journeys_touchpoint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY places_place
    ADD CONSTRAINT places_place_workspace_id_466298d4_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY plugin_answer
    ADD CONSTRAINT plugin_answer_workspace_id_00a28c92_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY plugin_comparison
    ADD CONSTRAINT plugin_comparison_asked_by_id_56e4a3cc_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY plugin_comparison
    ADD CONSTRAINT plugin_comparison_workspace_id_14079e41_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY plugin_outsidechoice
    ADD CONSTRAINT plugin_outsidechoice_by_id_819e6917_fk_accounts_user_id FOREIGN KEY (by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY plugin_outsidechoice
    ADD CONSTRAINT plugin_outsidechoice_workspace_id_90d89abf_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY plugin_outsidemodel
    ADD CONSTRAINT plugin_outsidemodel_enabled_by_id_70da12f9_fk_accounts_user_id FOREIGN KEY (enabled_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY plugin_outsidemodel
    ADD CONSTRAINT plugin_outsidemodel_workspace_id_090f3e16_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY plugin_spend
    ADD CONSTRAINT plugin_spend_workspace_id_234149d6_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_businesscalendar
    ADD CONSTRAINT respond_businesscale_workspace_id_59fa7012_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_case
    ADD CONSTRAINT respond_case_cause_id_4261dc27_fk_respond_cause_id FOREIGN KEY (cause_id) REFERENCES respond_cause(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_case
    ADD CONSTRAINT respond_case_customer_id_6e502864_fk_customers_customer_id FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_case
    ADD CONSTRAINT respond_case_first_owner_id_2920eda5_fk_accounts_membership_id FOREIGN KEY (first_owner_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_case
    ADD CONSTRAINT respond_case_origin_id_13aee1f6_fk_listen_voice_id FOREIGN KEY (origin_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_case
    ADD CONSTRAINT respond_case_owner_id_c939cfc1_fk_accounts_membership_id FOREIGN KEY (owner_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_case
    ADD CONSTRAINT respond_case_touchpoint_id_1b9d939a_fk_journeys_touchpoint_id FOREIGN KEY (touchpoint_id) REFERENCES journeys_touchpoint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_case
    ADD CONSTRAINT respond_case_workspace_id_5326acc8_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_caseentry
    ADD CONSTRAINT respond_caseentry_actor_id_e3607565_fk_accounts_membership_id FOREIGN KEY (actor_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_caseentry
    ADD CONSTRAINT respond_caseentry_case_id_320163c2_fk_respond_case_id FOREIGN KEY (case_id) REFERENCES respond_case(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_caseentry
    ADD CONSTRAINT respond_caseentry_voice_id_dbad905b_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_caseentry
    ADD CONSTRAINT respond_caseentry_workspace_id_6d10326f_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_casevoice
    ADD CONSTRAINT respond_casevoice_case_id_1c92ed6d_fk_respond_case_id FOREIGN KEY (case_id) REFERENCES respond_case(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_casevoice
    ADD CONSTRAINT respond_casevoice_voice_id_58357cef_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_casevoice
    ADD CONSTRAINT respond_casevoice_workspace_id_ac54efc0_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_cause
    ADD CONSTRAINT respond_cause_workspace_id_d4845e18_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_handover
    ADD CONSTRAINT respond_handover_case_id_d99aed1e_fk_respond_case_id FOREIGN KEY (case_id) REFERENCES respond_case(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_handover
    ADD CONSTRAINT respond_handover_giver_id_cac56bca_fk_accounts_membership_id FOREIGN KEY (giver_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_handover
    ADD CONSTRAINT respond_handover_taker_id_c76265e3_fk_accounts_membership_id FOREIGN KEY (taker_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_handover
    ADD CONSTRAINT respond_handover_workspace_id_7c017da7_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY respond_servicepromise
    ADD CONSTRAINT respond_servicepromi_workspace_id_7824bdd0_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY studies_member
    ADD CONSTRAINT studies_member_customer_id_617cc3d6_fk_customers_customer_id FOREIGN KEY (customer_id) REFERENCES customers_customer(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY studies_member
    ADD CONSTRAINT studies_member_invitation_id_a888c8e1_fk_listen_invitation_id FOREIGN KEY (invitation_id) REFERENCES listen_invitation(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY studies_member
    ADD CONSTRAINT studies_member_wave_id_776d3225_fk_studies_wave_id FOREIGN KEY (wave_id) REFERENCES studies_wave(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY studies_member
    ADD CONSTRAINT studies_member_workspace_id_45f8e989_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY studies_study
    ADD CONSTRAINT studies_study_survey_id_4baf7e62_fk_listen_survey_id FOREIGN KEY (survey_id) REFERENCES listen_survey(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY studies_study
    ADD CONSTRAINT studies_study_workspace_id_7ae82a03_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY studies_wave
    ADD CONSTRAINT studies_wave_study_id_92ae904e_fk_studies_study_id FOREIGN KEY (study_id) REFERENCES studies_study(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY studies_wave
    ADD CONSTRAINT studies_wave_workspace_id_34717071_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY tags_tag
    ADD CONSTRAINT tags_tag_created_by_id_b7780762_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY tags_tag
    ADD CONSTRAINT tags_tag_merged_into_id_eb8a12bd_fk_tags_tag_id FOREIGN KEY (merged_into_id) REFERENCES tags_tag(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY tags_tag
    ADD CONSTRAINT tags_tag_workspace_id_b33d89ba_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY tags_voicetag
    ADD CONSTRAINT tags_voicetag_by_id_1f1711f4_fk_accounts_user_id FOREIGN KEY (by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY tags_voicetag
    ADD CONSTRAINT tags_voicetag_tag_id_2b31fe3e_fk_tags_tag_id FOREIGN KEY (tag_id) REFERENCES tags_tag(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY tags_voicetag
    ADD CONSTRAINT tags_voicetag_voice_id_c72933ea_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY tags_voicetag
    ADD CONSTRAINT tags_voicetag_workspace_id_33a5790d_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY teams_team
    ADD CONSTRAINT teams_team_workspace_id_1c116fee_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY teams_teammember
    ADD CONSTRAINT teams_teammember_member_id_4dd47b64_fk_accounts_membership_id FOREIGN KEY (member_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY teams_teammember
    ADD CONSTRAINT teams_teammember_team_id_09a01daf_fk_teams_team_id FOREIGN KEY (team_id) REFERENCES teams_team(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY teams_teammember
    ADD CONSTRAINT teams_teammember_workspace_id_a6214312_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_cell
    ADD CONSTRAINT themes_cell_theme_id_aa6a30c4_fk_themes_theme_id FOREIGN KEY (theme_id) REFERENCES themes_theme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_cell
    ADD CONSTRAINT themes_cell_workspace_id_573b45c0_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_place
    ADD CONSTRAINT themes_place_cell_id_87d0bfa0_fk_themes_cell_id FOREIGN KEY (cell_id) REFERENCES themes_cell(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_place
    ADD CONSTRAINT themes_place_voice_id_a8535744_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_place
    ADD CONSTRAINT themes_place_workspace_id_8507458a_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_selectedtheme
    ADD CONSTRAINT themes_selectedtheme_kept_as_id_810bcc72_fk_themes_theme_id FOREIGN KEY (kept_as_id) REFERENCES themes_theme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_selectedtheme
    ADD CONSTRAINT themes_selectedtheme_selection_id_80447b50_fk_themes_th FOREIGN KEY (selection_id) REFERENCES themes_themeselection(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_selectedtheme
    ADD CONSTRAINT themes_selectedtheme_workspace_id_c50921e9_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_theme
    ADD CONSTRAINT themes_theme_merged_into_id_53b05890_fk_themes_theme_id FOREIGN KEY (merged_into_id) REFERENCES themes_theme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_theme
    ADD CONSTRAINT themes_theme_part_of_id_af349cff_fk_themes_theme_id FOREIGN KEY (part_of_id) REFERENCES themes_theme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_theme
    ADD CONSTRAINT themes_theme_workspace_id_161e18ee_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_themechange
    ADD CONSTRAINT themes_themechange_by_id_6ca40dd3_fk_accounts_user_id FOREIGN KEY (by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_themechange
    ADD CONSTRAINT themes_themechange_other_id_974a1025_fk_themes_theme_id FOREIGN KEY (other_id) REFERENCES themes_theme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_themechange
    ADD CONSTRAINT themes_themechange_theme_id_c169f678_fk_themes_theme_id FOREIGN KEY (theme_id) REFERENCES themes_theme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_themechange
    ADD CONSTRAINT themes_themechange_workspace_id_f11870a8_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_themerun
    ADD CONSTRAINT themes_themerun_asked_by_id_dd3a19e4_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_themerun
    ADD CONSTRAINT themes_themerun_workspace_id_15f9b453_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_themeselection
    ADD CONSTRAINT themes_themeselectio_workspace_id_c0a5e42f_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_themeselection
    ADD CONSTRAINT themes_themeselection_asked_by_id_4387f37a_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_themesize
    ADD CONSTRAINT themes_themesize_run_id_57b21e66_fk_themes_themerun_id FOREIGN KEY (run_id) REFERENCES themes_themerun(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_themesize
    ADD CONSTRAINT themes_themesize_theme_id_d931e60f_fk_themes_theme_id FOREIGN KEY (theme_id) REFERENCES themes_theme(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY themes_themesize
    ADD CONSTRAINT themes_themesize_workspace_id_7692cc62_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_backfill
    ADD CONSTRAINT understand_backfill_started_by_id_4f457831_fk_accounts_user_id FOREIGN KEY (started_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_backfill
    ADD CONSTRAINT understand_backfill_workspace_id_3086ba9f_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_correction
    ADD CONSTRAINT understand_correctio_undoes_id_7de3351c_fk_understan FOREIGN KEY (undoes_id) REFERENCES understand_correction(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_correction
    ADD CONSTRAINT understand_correctio_workspace_id_feeaa4f2_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_correction
    ADD CONSTRAINT understand_correction_author_id_38bcdaa1_fk_accounts_user_id FOREIGN KEY (author_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_correction
    ADD CONSTRAINT understand_correction_voice_id_f29c08aa_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_modelchoice
    ADD CONSTRAINT understand_modelchoi_model_id_4ddbf8bd_fk_understan FOREIGN KEY (model_id) REFERENCES understand_textmodel(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_modelchoice
    ADD CONSTRAINT understand_modelchoi_workspace_id_777ad012_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_modelchoice
    ADD CONSTRAINT understand_modelchoice_by_id_7a4b94a7_fk_accounts_user_id FOREIGN KEY (by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_reviewer
    ADD CONSTRAINT understand_reviewer_by_id_c7e7f562_fk_accounts_user_id FOREIGN KEY (by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_reviewer
    ADD CONSTRAINT understand_reviewer_member_id_07fd157d_fk_accounts_ FOREIGN KEY (member_id) REFERENCES accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_reviewer
    ADD CONSTRAINT understand_reviewer_workspace_id_cf921f26_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_textmodel
    ADD CONSTRAINT understand_textmodel_asked_by_id_44134737_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_textmodel
    ADD CONSTRAINT understand_textmodel_workspace_id_17718d1e_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_voiceannotation
    ADD CONSTRAINT understand_voiceanno_workspace_id_797b69df_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_voiceannotation
    ADD CONSTRAINT understand_voiceannotation_voice_id_3a40e7ec_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_voicelabel
    ADD CONSTRAINT understand_voicelabe_workspace_id_0e464035_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_voicelabel
    ADD CONSTRAINT understand_voicelabel_voice_id_fd5ee4f6_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_waitingvoice
    ADD CONSTRAINT understand_waitingvo_workspace_id_48f29276_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY understand_waitingvoice
    ADD CONSTRAINT understand_waitingvoice_voice_id_39684719_fk_listen_voice_id FOREIGN KEY (voice_id) REFERENCES listen_voice(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY webhooks_attempt
    ADD CONSTRAINT webhooks_attempt_delivery_id_bb1708b1_fk_webhooks_delivery_id FOREIGN KEY (delivery_id) REFERENCES webhooks_delivery(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY webhooks_attempt
    ADD CONSTRAINT webhooks_attempt_workspace_id_4abf58cf_fk_accounts_workspace_id FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY webhooks_delivery
    ADD CONSTRAINT webhooks_delivery_endpoint_id_6cbee67d_fk_webhooks_endpoint_id FOREIGN KEY (endpoint_id) REFERENCES webhooks_endpoint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY webhooks_delivery
    ADD CONSTRAINT webhooks_delivery_outgoing_id_bff9fe54_fk_webhooks_outgoing_id FOREIGN KEY (outgoing_id) REFERENCES webhooks_outgoing(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY webhooks_delivery
    ADD CONSTRAINT webhooks_delivery_workspace_id_7d763746_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY webhooks_endpoint
    ADD CONSTRAINT webhooks_endpoint_created_by_id_f1288ec5_fk_accounts_user_id FOREIGN KEY (created_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY webhooks_endpoint
    ADD CONSTRAINT webhooks_endpoint_workspace_id_7f5fbe8f_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY webhooks_outgoing
    ADD CONSTRAINT webhooks_outgoing_endpoint_id_2e54427d_fk_webhooks_endpoint_id FOREIGN KEY (endpoint_id) REFERENCES webhooks_endpoint(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY webhooks_outgoing
    ADD CONSTRAINT webhooks_outgoing_workspace_id_a971d99d_fk_accounts_ FOREIGN KEY (workspace_id) REFERENCES accounts_workspace(id) DEFERRABLE INITIALLY DEFERRED;
