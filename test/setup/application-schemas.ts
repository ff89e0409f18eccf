import { expect } from 'vitest';
import type { TestDatabase } from './databases.ts';

/** The schema of an application, as its own tools write it. */
export interface ApplicationSchema {
  /** What is not in tables, and has to be there before them. */
  readonly before?: string;
  readonly script: string;
  /** The columns whose types Athanor has no name for. */
  readonly unknown?: readonly string[];
  /** A row for some of the tables, and what it has by their defaults. */
  readonly rows?: Readonly<Record<string, readonly [given: object, filled: object]>>;
}

const EPOCH = new Date(0);

/** A social network in Rails on PostgreSQL: keys made by a function, partial and expression indexes, JSON, arrays, views over views. */
const SOCIAL: ApplicationSchema = {
  rows: {
    accounts: [
      { username: 'ann', fields: [{ name: 'x' }], also_known_as: ['a', 'b'], created_at: EPOCH, updated_at: EPOCH },
      { note: '', domain: null, locked: false, id: expect.any(BigInt) },
    ],
    ip_blocks: [{}, { id: 1n, ip: '0.0.0.0', severity: 0, comment: '' }],
  },
  before: `
    CREATE FUNCTION timestamp_id(table_name text) RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT (random() * 1000000000)::bigint $$;
    CREATE FUNCTION not_reserved(name text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT lower(name) NOT IN ('admin', 'root') $$;`,
  script: `
    CREATE TABLE public.schema_migrations (version character varying NOT NULL, CONSTRAINT schema_migrations_pkey PRIMARY KEY (version));
    CREATE TABLE public.ar_internal_metadata (key character varying NOT NULL PRIMARY KEY, value character varying,
      created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL);
    CREATE TABLE public.accounts (
      id bigint DEFAULT timestamp_id('accounts'::text) NOT NULL, username character varying DEFAULT ''::character varying NOT NULL,
      domain character varying, private_key text, note text DEFAULT ''::text NOT NULL, uri character varying DEFAULT ''::character varying NOT NULL,
      fields jsonb, also_known_as character varying[], actor_type character varying, discoverable boolean, locked boolean DEFAULT false NOT NULL,
      silenced_at timestamp without time zone, suspended_at timestamp without time zone, moved_to_account_id bigint, hide_collections boolean,
      avatar_storage_schema_version integer, trendable boolean, requested_review_at timestamp(6) without time zone,
      created_at timestamp without time zone NOT NULL, updated_at timestamp without time zone NOT NULL,
      CONSTRAINT accounts_pkey PRIMARY KEY (id), CONSTRAINT reserved CHECK (not_reserved(username)));
    CREATE SEQUENCE public.accounts_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
    CREATE TABLE public.statuses (
      id bigint DEFAULT timestamp_id('statuses'::text) NOT NULL, uri character varying, text text DEFAULT ''::text NOT NULL,
      in_reply_to_id bigint, reblog_of_id bigint, url character varying, sensitive boolean DEFAULT false NOT NULL, visibility integer DEFAULT 0 NOT NULL,
      spoiler_text text DEFAULT ''::text NOT NULL, reply boolean DEFAULT false NOT NULL, language character varying, account_id bigint NOT NULL,
      poll_id bigint, deleted_at timestamp without time zone, ordered_media_attachment_ids bigint[], quote_approval_policy integer DEFAULT 0 NOT NULL,
      searchable_tsv tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, (COALESCE(spoiler_text, ''::text) || ' '::text) || text)) STORED,
      CONSTRAINT statuses_pkey PRIMARY KEY (id));
    CREATE TABLE public.polls (id bigserial NOT NULL, account_id bigint, status_id bigint, expires_at timestamp without time zone,
      options character varying[] DEFAULT '{}'::character varying[] NOT NULL, cached_tallies bigint[] DEFAULT '{}'::bigint[] NOT NULL,
      multiple boolean DEFAULT false NOT NULL, lock_version integer DEFAULT 0 NOT NULL, CONSTRAINT polls_pkey PRIMARY KEY (id));
    CREATE TABLE public.follows (id bigserial PRIMARY KEY, account_id bigint NOT NULL, target_account_id bigint NOT NULL, show_reblogs boolean DEFAULT true NOT NULL,
      languages character varying[], CONSTRAINT not_oneself CHECK ((account_id <> target_account_id)));
    CREATE TABLE public.settings (id bigserial PRIMARY KEY, var character varying NOT NULL, value text, thing_type character varying, thing_id bigint);
    CREATE TABLE public.ip_blocks (id bigserial PRIMARY KEY, ip inet DEFAULT '0.0.0.0'::inet NOT NULL, severity integer DEFAULT 0 NOT NULL,
      expires_at timestamp without time zone, comment text DEFAULT ''::text NOT NULL);
    ALTER TABLE ONLY public.accounts ADD CONSTRAINT fk_2319be7612 FOREIGN KEY (moved_to_account_id) REFERENCES public.accounts(id) ON DELETE SET NULL;
    ALTER TABLE ONLY public.statuses ADD CONSTRAINT fk_9bda1543f7 FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
    ALTER TABLE ONLY public.statuses ADD CONSTRAINT fk_rails_256483a9ab FOREIGN KEY (reblog_of_id) REFERENCES public.statuses(id) ON DELETE CASCADE;
    ALTER TABLE ONLY public.statuses ADD CONSTRAINT fk_rails_94a6f70399 FOREIGN KEY (in_reply_to_id) REFERENCES public.statuses(id) ON DELETE SET NULL;
    ALTER TABLE ONLY public.statuses ADD CONSTRAINT fk_poll FOREIGN KEY (poll_id) REFERENCES public.polls(id);
    ALTER TABLE ONLY public.polls ADD CONSTRAINT fk_rails_5b19a0c011 FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
    ALTER TABLE ONLY public.polls ADD CONSTRAINT fk_rails_polls FOREIGN KEY (status_id) REFERENCES public.statuses(id) ON DELETE CASCADE NOT VALID;
    ALTER TABLE ONLY public.follows ADD CONSTRAINT fk_follower FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
    ALTER TABLE ONLY public.follows ADD CONSTRAINT fk_followed FOREIGN KEY (target_account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
    CREATE UNIQUE INDEX index_accounts_on_username_and_domain_lower ON public.accounts USING btree (lower((username)::text), COALESCE(lower((domain)::text), ''::text));
    CREATE INDEX index_accounts_on_moved_to_account_id ON public.accounts USING btree (moved_to_account_id) WHERE (moved_to_account_id IS NOT NULL);
    CREATE INDEX index_accounts_on_domain_and_id ON public.accounts USING btree (domain, id DESC);
    CREATE INDEX search_index ON public.accounts USING gin ((((setweight(to_tsvector('simple'::regconfig, (username)::text), 'A'::"char") ||
      setweight(to_tsvector('simple'::regconfig, (COALESCE(domain, ''::character varying))::text), 'C'::"char")))));
    CREATE INDEX index_statuses_20190820 ON public.statuses USING btree (account_id, id DESC, visibility, language) WHERE (deleted_at IS NULL);
    CREATE INDEX index_statuses_local_20190824 ON public.statuses USING btree (id DESC, account_id)
      WHERE ((((uri)::text = ''::text) OR (uri IS NULL)) AND (deleted_at IS NULL) AND (visibility = 0) AND (reblog_of_id IS NULL) AND ((NOT reply) OR (in_reply_to_id = account_id)));
    CREATE INDEX index_statuses_public ON public.statuses USING btree (id, account_id) WHERE ((deleted_at IS NULL) AND (visibility = ANY (ARRAY[0, 1])));
    CREATE INDEX index_statuses_on_url ON public.statuses USING btree (url text_pattern_ops) WHERE ((url IS NOT NULL) AND ((url)::text <> (uri)::text));
    CREATE INDEX index_statuses_tsv ON public.statuses USING gin (searchable_tsv);
    CREATE UNIQUE INDEX index_follows_on_pair ON public.follows USING btree (account_id, target_account_id);
    CREATE UNIQUE INDEX index_settings_on_thing ON public.settings USING btree (thing_type, thing_id, var) NULLS NOT DISTINCT;
    CREATE UNIQUE INDEX index_ip_blocks_on_ip ON public.ip_blocks USING btree (ip);
    CREATE INDEX index_accounts_json ON public.accounts USING gin (fields jsonb_path_ops);
    CREATE INDEX index_accounts_first_field ON public.accounts USING btree (((fields -> 0) ->> 'name'::text));
    CREATE VIEW public.user_ips AS SELECT ip_blocks.ip, max(ip_blocks.expires_at) AS used_at FROM public.ip_blocks GROUP BY ip_blocks.ip;
    CREATE VIEW public.recent_ips AS SELECT user_ips.ip FROM public.user_ips WHERE (user_ips.used_at > (now() - '7 days'::interval));
    CREATE MATERIALIZED VIEW public.account_summaries AS
      SELECT accounts.id AS account_id, mode() WITHIN GROUP (ORDER BY t0.language) AS language, mode() WITHIN GROUP (ORDER BY t0.sensitive) AS sensitive
      FROM (public.accounts CROSS JOIN LATERAL (SELECT statuses.account_id, statuses.language, statuses.sensitive FROM public.statuses
        WHERE ((statuses.account_id = accounts.id) AND (statuses.deleted_at IS NULL)) ORDER BY statuses.id DESC LIMIT 20) t0)
      WHERE ((accounts.suspended_at IS NULL) AND (accounts.silenced_at IS NULL)) GROUP BY accounts.id WITH NO DATA;
    CREATE UNIQUE INDEX index_account_summaries ON public.account_summaries USING btree (account_id);
    CREATE MATERIALIZED VIEW public.follow_recommendations AS SELECT t0.account_id, sum(t0.rank) AS rank, array_agg(t0.reason) AS reason
      FROM ( SELECT account_summaries.account_id, (count(follows.id) / (1.0 + (count(follows.id))::numeric)) AS rank, 'most_followed'::text AS reason
        FROM (public.follows JOIN public.account_summaries ON ((account_summaries.account_id = follows.target_account_id)))
        GROUP BY account_summaries.account_id HAVING (count(follows.id) >= 5)
        UNION ALL SELECT s.account_id, 0.5 AS rank, 'x' AS reason FROM public.account_summaries s) t0
      GROUP BY t0.account_id ORDER BY (sum(t0.rank)) DESC WITH NO DATA;`,
};

/** A code forge in Rails on PostgreSQL: partitions, generated and checked columns, INCLUDE, tables in a schema of parts. */
const FORGE: ApplicationSchema = {
  rows: {
    namespaces: [
      { name: 'n', path: 'p', traversal_ids: [4n, 2n] },
      {
        id: 1n,
        type: 'User',
        root_id: 4n,
        settings: { theme: { dark: false } },
        lock_after: 'P7D',
        starts: '09:30:00',
        organization_id: 1n,
      },
    ],
    audit_events: [
      { author_id: 1n, entity_id: 1n, entity_type: 'x', created_at: new Date('2024-01-05T00:00:00Z') },
      { id: 1n, details: null },
    ],
  },
  before: 'CREATE SEQUENCE public.audit_events_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;',
  script: `
    CREATE TABLE public.audit_events (id bigint DEFAULT nextval('public.audit_events_id_seq'::regclass) NOT NULL, author_id bigint NOT NULL, entity_id bigint NOT NULL,
      entity_type character varying NOT NULL, details text, ip_address inet, author_name text, created_at timestamp without time zone NOT NULL, target_details text,
      CONSTRAINT check_492aaa021d CHECK ((char_length(author_name) <= 255)), CONSTRAINT check_83ff8406e2 CHECK ((char_length(target_details) <= 5500)))
      PARTITION BY RANGE (created_at);
    ALTER TABLE ONLY public.audit_events ADD CONSTRAINT audit_events_pkey PRIMARY KEY (id, created_at);
    CREATE INDEX analytics_index_audit_events_part ON ONLY public.audit_events USING btree (created_at, author_id);
    CREATE TABLE public.audit_events_000000 PARTITION OF public.audit_events FOR VALUES FROM (MINVALUE) TO ('2024-01-01 00:00:00');
    CREATE TABLE public.audit_events_202401 PARTITION OF public.audit_events FOR VALUES FROM ('2024-01-01 00:00:00') TO ('2024-02-01 00:00:00');
    CREATE TABLE public.analytics_stages (stage_event_hash_id bigint NOT NULL, project_id bigint NOT NULL, start_event timestamp with time zone NOT NULL,
      weight smallint, sprint_id bigint, duration_in_milliseconds bigint, PRIMARY KEY (stage_event_hash_id, project_id)) PARTITION BY HASH (stage_event_hash_id);
    CREATE TABLE public.analytics_stages_00 PARTITION OF public.analytics_stages FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE public.analytics_stages_01 PARTITION OF public.analytics_stages FOR VALUES WITH (MODULUS 2, REMAINDER 1);
    CREATE TABLE public.p_builds (id bigint NOT NULL, partition_id bigint NOT NULL, status character varying, tags text[] DEFAULT '{}'::text[], PRIMARY KEY (id, partition_id))
      PARTITION BY LIST (partition_id);
    CREATE TABLE public.ci_builds PARTITION OF public.p_builds FOR VALUES IN ('100', '101');
    CREATE TABLE public.ci_stages (id bigserial PRIMARY KEY, build_id bigint, partition_id bigint NOT NULL,
      CONSTRAINT fk_build_p FOREIGN KEY (partition_id, build_id) REFERENCES public.p_builds(partition_id, id) ON UPDATE CASCADE ON DELETE CASCADE);
    CREATE TABLE public.namespaces (id bigserial PRIMARY KEY, name character varying NOT NULL, path character varying NOT NULL, type character varying DEFAULT 'User'::character varying NOT NULL,
      parent_id bigint, traversal_ids bigint[] DEFAULT '{}'::bigint[] NOT NULL, runners_token_encrypted bytea, settings jsonb DEFAULT '{"theme": {"dark": false}}'::jsonb NOT NULL,
      root_id bigint GENERATED ALWAYS AS (traversal_ids[1]) STORED, visibility smallint DEFAULT 0 NOT NULL, organization_id bigint DEFAULT 1,
      lock_after interval DEFAULT '7 days'::interval, period daterange, due date, starts time without time zone DEFAULT '09:30:00'::time without time zone,
      CONSTRAINT check_2eae3bdf93 CHECK ((organization_id IS NOT NULL)), CONSTRAINT check_settings_is_hash CHECK ((jsonb_typeof(settings) = 'object'::text)),
      CONSTRAINT dates CHECK (((due IS NULL) OR (due >= '2000-01-01'::date))), CONSTRAINT names CHECK (((name)::text ~ '^[^\\s''"]+$'::text)),
      CONSTRAINT kinds CHECK (((type)::text = ANY ((ARRAY['User'::character varying, 'Group'::character varying, 'Project'::character varying])::text[]))));
    ALTER TABLE public.namespaces ADD CONSTRAINT check_late CHECK ((char_length((path)::text) <= 255)) NOT VALID;
    ALTER TABLE ONLY public.namespaces ADD CONSTRAINT fk_parent FOREIGN KEY (parent_id) REFERENCES public.namespaces(id) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
    CREATE INDEX index_namespaces_on_traversal ON public.namespaces USING gin (traversal_ids);
    CREATE INDEX index_namespaces_by_length ON public.namespaces USING btree (array_length(traversal_ids, 1));
    CREATE UNIQUE INDEX index_namespaces_groups ON public.namespaces USING btree (lower((name)::text) varchar_pattern_ops, COALESCE(parent_id, (-1)::bigint)) WHERE ((type)::text = 'Group'::text);
    CREATE INDEX index_namespaces_include ON public.namespaces USING btree (visibility) INCLUDE (name, parent_id) WHERE (visibility > 0);
    CREATE INDEX index_namespaces_md5 ON public.namespaces USING btree (md5((path)::text), date_trunc('month'::text, (due)::timestamp without time zone));
    CREATE INDEX index_namespaces_case ON public.namespaces USING btree ((CASE WHEN (visibility = 0) THEN 'none'::text ELSE (path)::text END), ((settings -> 'theme'::text) ->> 'dark'::text));
    CREATE INDEX index_namespaces_null ON public.namespaces USING btree ((parent_id IS NULL), id) WHERE (due IS DISTINCT FROM '2020-01-01'::date);
    CREATE INDEX index_namespaces_tsv ON public.namespaces USING gin (to_tsvector('english'::regconfig, (name)::text)) WITH (fastupdate='true');
    CREATE VIEW public.postgres_partitions AS SELECT (((pg_namespace.nspname)::text || '.'::text) || (pg_class.relname)::text) AS identifier,
      pg_get_expr(pg_class.relpartbound, pg_inherits.inhrelid) AS condition
      FROM ((pg_class JOIN pg_namespace ON ((pg_namespace.oid = pg_class.relnamespace))) JOIN pg_inherits ON ((pg_class.oid = pg_inherits.inhrelid)))
      WHERE (pg_class.relispartition AND (pg_class.relkind = 'r'::"char"));
    COMMENT ON COLUMN public.namespaces.settings IS 'JSON: { "theme": … }';`,
};

/** A rental shop on PostgreSQL: an enum, domains, an aggregate of its own, a text search column, parts, views of them. */
const RENTALS: ApplicationSchema = {
  before: `
    CREATE FUNCTION _group_concat(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS $_$ SELECT CASE WHEN $2 IS NULL THEN $1 WHEN $1 IS NULL THEN $2 ELSE $1 || ', ' || $2 END $_$;
    CREATE AGGREGATE group_concat(text) (SFUNC = _group_concat, STYPE = text);
    CREATE FUNCTION last_updated() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.last_update = CURRENT_TIMESTAMP; RETURN NEW; END $$;`,
  script: `
    CREATE TYPE public.mpaa_rating AS ENUM ('G', 'PG', 'PG-13', 'R', 'NC-17');
    CREATE DOMAIN public."bıgınt" AS bigint;
    CREATE DOMAIN public.year AS integer CONSTRAINT year_check CHECK (((VALUE >= 1901) AND (VALUE <= 2155)));
    CREATE SEQUENCE public.film_film_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
    CREATE TABLE public.language (language_id serial PRIMARY KEY, name character(20) NOT NULL, last_update timestamp with time zone DEFAULT now() NOT NULL);
    CREATE TABLE public.film (film_id integer DEFAULT nextval('public.film_film_id_seq'::regclass) NOT NULL, title text NOT NULL, description text, release_year public.year,
      language_id integer NOT NULL, original_language_id integer, rental_duration smallint DEFAULT 3 NOT NULL, rental_rate numeric(4,2) DEFAULT 4.99 NOT NULL,
      length smallint, replacement_cost numeric(5,2) DEFAULT 19.99 NOT NULL, rating public.mpaa_rating DEFAULT 'G'::public.mpaa_rating,
      last_update timestamp with time zone DEFAULT now() NOT NULL, special_features text[], fulltext tsvector NOT NULL, revenue_projection numeric(5,2)
      GENERATED ALWAYS AS (((rental_duration)::numeric * rental_rate)) STORED, CONSTRAINT film_pkey PRIMARY KEY (film_id));
    ALTER SEQUENCE public.film_film_id_seq OWNED BY public.film.film_id;
    CREATE TABLE public.actor (actor_id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL);
    CREATE TABLE public.film_actor (actor_id integer NOT NULL, film_id integer NOT NULL, PRIMARY KEY (actor_id, film_id));
    CREATE TABLE public.store (store_id serial PRIMARY KEY, manager_staff_id integer NOT NULL);
    CREATE TABLE public.staff (staff_id serial PRIMARY KEY, store_id integer NOT NULL, active boolean DEFAULT true NOT NULL, picture bytea);
    CREATE TABLE public.payment (payment_id serial, staff_id integer NOT NULL, amount numeric(5,2) NOT NULL, payment_date timestamp with time zone NOT NULL,
      PRIMARY KEY (payment_date, payment_id)) PARTITION BY RANGE (payment_date);
    CREATE TABLE public.payment_p2022_01 (payment_id integer DEFAULT nextval('public.payment_payment_id_seq'::regclass) NOT NULL, staff_id integer NOT NULL, amount numeric(5,2) NOT NULL,
      payment_date timestamp with time zone NOT NULL);
    ALTER TABLE ONLY public.payment ATTACH PARTITION public.payment_p2022_01 FOR VALUES FROM ('2022-01-01 00:00:00+00') TO ('2022-02-01 00:00:00+00');
    ALTER TABLE ONLY public.film ADD CONSTRAINT film_language_id_fkey FOREIGN KEY (language_id) REFERENCES public.language(language_id) ON UPDATE CASCADE ON DELETE RESTRICT;
    ALTER TABLE ONLY public.film ADD CONSTRAINT film_original_language_id_fkey FOREIGN KEY (original_language_id) REFERENCES public.language(language_id) ON UPDATE CASCADE ON DELETE RESTRICT;
    ALTER TABLE ONLY public.film_actor ADD FOREIGN KEY (actor_id) REFERENCES public.actor ON UPDATE CASCADE, ADD FOREIGN KEY (film_id) REFERENCES public.film ON UPDATE CASCADE;
    ALTER TABLE ONLY public.store ADD CONSTRAINT store_manager_staff_id_fkey FOREIGN KEY (manager_staff_id) REFERENCES public.staff(staff_id) ON UPDATE CASCADE ON DELETE RESTRICT;
    ALTER TABLE ONLY public.staff ADD CONSTRAINT staff_store_id_fkey FOREIGN KEY (store_id) REFERENCES public.store(store_id);
    ALTER TABLE ONLY public.payment_p2022_01 ADD CONSTRAINT payment_p2022_01_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(staff_id);
    CREATE UNIQUE INDEX idx_unq_manager_staff_id ON public.store USING btree (manager_staff_id);
    CREATE INDEX film_fulltext_idx ON public.film USING gist (fulltext);
    CREATE INDEX idx_title ON public.film USING btree (title);
    CREATE TRIGGER last_updated BEFORE UPDATE ON public.film FOR EACH ROW EXECUTE FUNCTION public.last_updated();
    CREATE TRIGGER film_fulltext_trigger BEFORE INSERT OR UPDATE ON public.film FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger('fulltext', 'pg_catalog.english', 'title', 'description');
    CREATE VIEW public.actor_info AS SELECT a.actor_id, a.first_name, public.group_concat(DISTINCT ((f.title || ': '::text) || (f.rating)::text)) AS film_info
      FROM ((public.actor a LEFT JOIN public.film_actor fa ON ((a.actor_id = fa.actor_id))) LEFT JOIN public.film f ON ((fa.film_id = f.film_id))) GROUP BY a.actor_id, a.first_name;
    CREATE VIEW public.sales_by_store AS SELECT s.store_id, sum(p.amount) AS total_sales FROM public.payment p JOIN public.staff m USING (staff_id) JOIN public.store s ON s.store_id = m.store_id
      GROUP BY s.store_id ORDER BY s.store_id;
    CREATE MATERIALIZED VIEW public.rental_by_category AS SELECT f.rating AS category, sum(f.rental_rate) AS total FROM public.film f GROUP BY f.rating ORDER BY (sum(f.rental_rate)) DESC WITH NO DATA;`,
};

/** Business software in the manner of Odoo: everything refers to everything, in circles, with comments on all. */
const BUSINESS: ApplicationSchema = {
  script: `
    CREATE TABLE res_users (id SERIAL NOT NULL, company_id int4 NOT NULL, partner_id int4 NOT NULL, active bool DEFAULT true, create_date timestamp, login varchar NOT NULL,
      password varchar, signature text, share bool, create_uid int4, write_uid int4, write_date timestamp, notification_type varchar NOT NULL, PRIMARY KEY(id));
    CREATE TABLE res_company (id serial, name varchar NOT NULL, partner_id int4 NOT NULL, currency_id int4 NOT NULL, sequence int4, parent_id int4, paperformat numeric,
      logo_web bytea, create_uid int4, primary key(id));
    CREATE TABLE res_partner (id serial, name varchar, company_id int4, parent_id int4, parent_path varchar, user_id int4, lang varchar, tz varchar, vat varchar, ref varchar,
      website varchar, comment jsonb, credit_limit float8, debit_limit numeric, partner_latitude numeric, color int4, type varchar, "function" jsonb, date date,
      properties jsonb, create_uid int4, primary key(id));
    CREATE TABLE res_currency (id SERIAL PRIMARY KEY, name varchar NOT NULL, symbol varchar NOT NULL, rounding numeric, decimal_places int4, "position" varchar,
      CONSTRAINT res_currency_unique_name UNIQUE (name), CONSTRAINT res_currency_rounding_gt_zero CHECK (rounding>0));
    CREATE TABLE res_partner_category (id SERIAL PRIMARY KEY, name jsonb NOT NULL, color int4);
    CREATE TABLE res_partner_res_partner_category_rel (category_id int4 NOT NULL, partner_id int4 NOT NULL, PRIMARY KEY(category_id, partner_id));
    CREATE TABLE account_move_line (id serial, move_id int4 NOT NULL, debit numeric DEFAULT 0.0, credit numeric DEFAULT 0, balance numeric, quantity numeric, display_type varchar NOT NULL,
      analytic_distribution jsonb, date_maturity date, reconciled bool, parent_state varchar, account_id int4, partner_id int4, primary key(id));
    CREATE TABLE ir_model_data (id serial PRIMARY KEY, module varchar NOT NULL DEFAULT '', name varchar NOT NULL, model varchar NOT NULL, res_id int4, noupdate bool DEFAULT false,
      create_date timestamp without time zone DEFAULT (now() at time zone 'UTC'), CHECK (name ~ '^[^ .]+$'));
    COMMENT ON TABLE res_users IS 'User'; COMMENT ON COLUMN res_users.login IS 'Login'; COMMENT ON COLUMN res_users.share IS 'Share "User" (it''s external)';
    COMMENT ON TABLE res_partner IS 'Contact'; COMMENT ON TABLE account_move_line IS 'Journal Item';
    COMMENT ON CONSTRAINT res_currency_unique_name ON res_currency IS 'unique (name)';
    ALTER TABLE res_users ADD CONSTRAINT res_users_login_key unique (login);
    ALTER TABLE res_users ADD FOREIGN KEY (company_id) REFERENCES res_company(id) ON DELETE restrict;
    ALTER TABLE res_users ADD FOREIGN KEY (partner_id) REFERENCES res_partner(id) ON DELETE restrict;
    ALTER TABLE res_users ADD CONSTRAINT res_users_create_uid_fkey FOREIGN KEY (create_uid) REFERENCES res_users(id) ON DELETE set null;
    ALTER TABLE res_users ADD CONSTRAINT res_users_write_uid_fkey FOREIGN KEY (write_uid) REFERENCES res_users(id) ON DELETE set null;
    ALTER TABLE res_company ADD FOREIGN KEY (partner_id) REFERENCES res_partner(id) ON DELETE restrict, ADD FOREIGN KEY (currency_id) REFERENCES res_currency(id) ON DELETE restrict,
      ADD FOREIGN KEY (parent_id) REFERENCES res_company(id) ON DELETE set null, ADD FOREIGN KEY (create_uid) REFERENCES res_users(id) ON DELETE set null;
    ALTER TABLE res_partner ADD FOREIGN KEY (company_id) REFERENCES res_company(id) ON DELETE set null, ADD FOREIGN KEY (parent_id) REFERENCES res_partner(id) ON DELETE restrict,
      ADD FOREIGN KEY (user_id) REFERENCES res_users(id) ON DELETE set null, ADD FOREIGN KEY (create_uid) REFERENCES res_users(id) ON DELETE set null;
    ALTER TABLE res_partner ADD CONSTRAINT res_partner_check_name CHECK( (type='contact' AND name IS NOT NULL) or (type!='contact') );
    ALTER TABLE res_partner_res_partner_category_rel ADD FOREIGN KEY (category_id) REFERENCES res_partner_category(id) ON DELETE cascade;
    ALTER TABLE res_partner_res_partner_category_rel ADD FOREIGN KEY (partner_id) REFERENCES res_partner(id) ON DELETE cascade;
    CREATE INDEX ON res_partner_res_partner_category_rel (partner_id, category_id);
    ALTER TABLE account_move_line ADD CONSTRAINT account_move_line_check_credit_debit CHECK(display_type IN ('line_section', 'line_note') OR credit * debit=0),
      ADD CONSTRAINT account_move_line_check_accountable_required_fields CHECK(COALESCE(display_type IN ('line_section', 'line_note'), 'f') OR account_id IS NOT NULL),
      ADD CONSTRAINT account_move_line_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES res_partner(id) ON DELETE restrict;
    CREATE INDEX account_move_line_partner_id_ref_idx ON account_move_line USING btree (partner_id, display_type);
    CREATE INDEX account_move_line__unreconciled_index ON account_move_line (account_id, partner_id) WHERE (reconciled IS NULL OR reconciled = false OR reconciled IS NOT TRUE) AND parent_state = 'posted';
    CREATE INDEX account_move_line_analytic_distribution_gin_index ON account_move_line USING gin(regexp_split_to_array(jsonb_path_query_array(analytic_distribution, '$.keyvalue()."key"')::text, '\\D+'));
    CREATE INDEX res_partner_vat_index ON res_partner (vat); CREATE INDEX res_partner_parent_path_index ON res_partner (parent_path varchar_pattern_ops);
    CREATE UNIQUE INDEX ir_model_data_module_name_uniq_index ON ir_model_data (module, name);
    CREATE VIEW report_users AS SELECT min(u.id) AS id, count(*) AS nbr, to_char(u.create_date, 'YYYY-MM') AS month, u.company_id FROM res_users u
      WHERE u.active = true GROUP BY to_char(u.create_date, 'YYYY-MM'), u.company_id;`,
};

/** Django on PostgreSQL: identities, deferred keys, LIKE indexes, names with hashes. */
const DJANGO: ApplicationSchema = {
  rows: {
    auth_user: [
      { password: 'p', is_superuser: true, username: 'u', email: 'e', date_joined: EPOCH },
      { id: 1, last_login: null },
    ],
  },
  script: `
    CREATE TABLE "django_migrations" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" timestamp with time zone NOT NULL);
    CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
    CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "name" varchar(255) NOT NULL, "content_type_id" integer NOT NULL, "codename" varchar(100) NOT NULL);
    CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "password" varchar(128) NOT NULL, "last_login" timestamp with time zone NULL,
      "is_superuser" boolean NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "email" varchar(254) NOT NULL, "date_joined" timestamp with time zone NOT NULL);
    CREATE TABLE "auth_user_user_permissions" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "user_id" integer NOT NULL, "permission_id" integer NOT NULL);
    CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" timestamp with time zone NOT NULL);
    CREATE TABLE "polls_question" ("id" uuid NOT NULL PRIMARY KEY, "question_text" varchar(200) NOT NULL, "votes" integer NOT NULL CHECK ("votes" >= 0), "rank" smallint NOT NULL CHECK ("rank" >= 0),
      "data" jsonb DEFAULT '{}'::jsonb NOT NULL, "took" interval NOT NULL, "scores" double precision[] NOT NULL, "nested" varchar(10)[][] NULL, "state" varchar(2) DEFAULT 'DR' NOT NULL,
      "span" tstzrange NULL, "address" inet NULL, "slug" varchar(50) NOT NULL, "full" text GENERATED ALWAYS AS ("slug" || ':' || "question_text") STORED, "db_now" timestamp with time zone DEFAULT (STATEMENT_TIMESTAMP()) NOT NULL,
      CONSTRAINT "state_valid" CHECK ("state" IN ('DR', 'PU')), CONSTRAINT "votes_or_rank" CHECK (("votes" > 1 OR ("rank" < 9 AND NOT ("rank" = 5 AND "rank" IS NOT NULL)))));
    ALTER TABLE "auth_permission" ADD CONSTRAINT "auth_permission_content_type_id_codename_01ab375a_uniq" UNIQUE ("content_type_id", "codename");
    ALTER TABLE "auth_permission" ADD CONSTRAINT "auth_permission_content_type_id_2f476e4b_fk_django_co" FOREIGN KEY ("content_type_id") REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED;
    ALTER TABLE "django_content_type" ADD CONSTRAINT "django_content_type_app_label_model_76bd3d3b_uniq" UNIQUE ("app_label", "model");
    ALTER TABLE "auth_user_user_permissions" ADD CONSTRAINT "auth_user_user_permi_user_id_a95ead1b_fk_auth_user" FOREIGN KEY ("user_id") REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED;
    ALTER TABLE "auth_user_user_permissions" ADD CONSTRAINT "auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm" FOREIGN KEY ("permission_id") REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED;
    CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
    CREATE INDEX "auth_user_username_6821ab7c_like" ON "auth_user" ("username" varchar_pattern_ops);
    CREATE INDEX "django_session_session_key_c0390e0f_like" ON "django_session" ("session_key" varchar_pattern_ops);
    CREATE UNIQUE INDEX "one_published" ON "polls_question" ("slug") WHERE "state" = 'PU';
    CREATE UNIQUE INDEX "lower_unique" ON "polls_question" ((LOWER("slug")), "rank" DESC) INCLUDE ("votes");
    CREATE INDEX "polls_text_idx" ON "polls_question" ((UPPER("question_text")) DESC, (COALESCE("votes", 0) + 1));
    CREATE INDEX "polls_gin" ON "polls_question" USING gin ("data"); CREATE INDEX "polls_brin" ON "polls_question" USING brin ("db_now") WITH (autosummarize = true);
    ALTER TABLE "polls_question" ADD CONSTRAINT "no_overlap" EXCLUDE USING gist ("span" WITH &&) WHERE ("state" = 'PU') DEFERRABLE INITIALLY DEFERRED;`,
};

/** An office supplier's orders on PostgreSQL, old style: blank-padded keys, small numbers, keys after the tables. */
const ORDERS: ApplicationSchema = {
  script: `
    CREATE TABLE categories (category_id smallint NOT NULL, category_name character varying(15) NOT NULL, description text, picture bytea);
    CREATE TABLE customers (customer_id bpchar NOT NULL, company_name character varying(40) NOT NULL, fax character varying(24));
    CREATE TABLE customer_demographics (customer_type_id bpchar NOT NULL, customer_desc text);
    CREATE TABLE customer_customer_demo (customer_id bpchar NOT NULL, customer_type_id bpchar NOT NULL);
    CREATE TABLE employees (employee_id smallint NOT NULL, last_name character varying(20) NOT NULL, birth_date date, photo bytea, notes text, reports_to smallint);
    CREATE TABLE orders (order_id smallint NOT NULL, customer_id bpchar, employee_id smallint, order_date date, freight real);
    CREATE TABLE order_details (order_id smallint NOT NULL, product_id smallint NOT NULL, unit_price real NOT NULL, quantity smallint NOT NULL, discount real NOT NULL);
    CREATE TABLE products (product_id smallint NOT NULL, category_id smallint, unit_price real, discontinued integer NOT NULL);
    ALTER TABLE ONLY categories ADD CONSTRAINT pk_categories PRIMARY KEY (category_id);
    ALTER TABLE ONLY customers ADD CONSTRAINT pk_customers PRIMARY KEY (customer_id);
    ALTER TABLE ONLY customer_demographics ADD CONSTRAINT pk_customer_demographics PRIMARY KEY (customer_type_id);
    ALTER TABLE ONLY customer_customer_demo ADD CONSTRAINT pk_customer_customer_demo PRIMARY KEY (customer_id, customer_type_id);
    ALTER TABLE ONLY employees ADD CONSTRAINT pk_employees PRIMARY KEY (employee_id);
    ALTER TABLE ONLY orders ADD CONSTRAINT pk_orders PRIMARY KEY (order_id);
    ALTER TABLE ONLY order_details ADD CONSTRAINT pk_order_details PRIMARY KEY (order_id, product_id);
    ALTER TABLE ONLY products ADD CONSTRAINT pk_products PRIMARY KEY (product_id);
    ALTER TABLE ONLY employees ADD CONSTRAINT fk_employees_employees FOREIGN KEY (reports_to) REFERENCES employees;
    ALTER TABLE ONLY orders ADD CONSTRAINT fk_orders_customers FOREIGN KEY (customer_id) REFERENCES customers;
    ALTER TABLE ONLY orders ADD CONSTRAINT fk_orders_employees FOREIGN KEY (employee_id) REFERENCES employees;
    ALTER TABLE ONLY order_details ADD CONSTRAINT fk_order_details_orders FOREIGN KEY (order_id) REFERENCES orders;
    ALTER TABLE ONLY order_details ADD CONSTRAINT fk_order_details_products FOREIGN KEY (product_id) REFERENCES products;
    ALTER TABLE ONLY products ADD CONSTRAINT fk_products_categories FOREIGN KEY (category_id) REFERENCES categories;
    ALTER TABLE ONLY customer_customer_demo ADD CONSTRAINT fk_demo FOREIGN KEY (customer_type_id) REFERENCES customer_demographics;
    CREATE VIEW "Order Subtotals" AS SELECT order_id AS "OrderID", sum((unit_price * quantity * (1 - discount) / 100) * 100)::numeric::money AS "Subtotal" FROM order_details GROUP BY order_id;`,
};

/** A blog engine on MySQL: no foreign keys, prefix keys, dates of zero, a collation of each table's own. */
const BLOG_ENGINE: ApplicationSchema = {
  script: `
    CREATE TABLE wp_users (ID bigint(20) unsigned NOT NULL auto_increment, user_login varchar(60) NOT NULL default '', user_pass varchar(255) NOT NULL default '', user_email varchar(100) NOT NULL default '',
      user_registered datetime NOT NULL default '0000-00-00 00:00:00', user_status int(11) NOT NULL default '0', display_name varchar(250) NOT NULL default '',
      PRIMARY KEY  (ID), KEY user_login_key (user_login), KEY user_email (user_email)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
    CREATE TABLE wp_usermeta (umeta_id bigint(20) unsigned NOT NULL auto_increment, user_id bigint(20) unsigned NOT NULL default '0', meta_key varchar(255) default NULL, meta_value longtext,
      PRIMARY KEY  (umeta_id), KEY user_id (user_id), KEY meta_key (meta_key(191))) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
    CREATE TABLE wp_posts (ID bigint(20) unsigned NOT NULL auto_increment, post_author bigint(20) unsigned NOT NULL default '0', post_date datetime NOT NULL default '0000-00-00 00:00:00',
      post_content longtext NOT NULL, post_title text NOT NULL, post_status varchar(20) NOT NULL default 'publish', post_name varchar(200) NOT NULL default '', post_parent bigint(20) unsigned NOT NULL default '0',
      guid varchar(255) NOT NULL default '', menu_order int(11) NOT NULL default '0', post_type varchar(20) NOT NULL default 'post', comment_count bigint(20) NOT NULL default '0',
      PRIMARY KEY  (ID), KEY post_name (post_name(191)), KEY type_status_date (post_type,post_status,post_date,ID), KEY post_parent (post_parent)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
    CREATE TABLE wp_terms (term_id bigint(20) unsigned NOT NULL auto_increment, name varchar(200) NOT NULL default '', slug varchar(200) NOT NULL default '', term_group bigint(10) NOT NULL default 0,
      PRIMARY KEY  (term_id), KEY slug (slug(191)), KEY name (name(191))) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
    CREATE TABLE wp_term_relationships (object_id bigint(20) unsigned NOT NULL default 0, term_taxonomy_id bigint(20) unsigned NOT NULL default 0, term_order int(11) NOT NULL default 0,
      PRIMARY KEY  (object_id,term_taxonomy_id), KEY term_taxonomy_id (term_taxonomy_id)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
    CREATE TABLE wp_options (option_id bigint(20) unsigned NOT NULL auto_increment, option_name varchar(191) NOT NULL default '', option_value longtext NOT NULL, autoload varchar(20) NOT NULL default 'yes',
      PRIMARY KEY  (option_id), UNIQUE KEY option_name (option_name), KEY autoload (autoload)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
    CREATE TABLE wp_comments (comment_ID bigint(20) unsigned NOT NULL auto_increment, comment_post_ID bigint(20) unsigned NOT NULL default '0', comment_author tinytext NOT NULL,
      comment_date_gmt datetime NOT NULL default '0000-00-00 00:00:00', comment_karma int(11) NOT NULL default '0', comment_approved varchar(20) NOT NULL default '1',
      PRIMARY KEY  (comment_ID), KEY comment_approved_date_gmt (comment_approved,comment_date_gmt), KEY comment_author_email (comment_author(10))) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;`,
};

/** The rental shop on MySQL: unsigned small numbers, SET, YEAR, a spatial key, full text on MyISAM, circles, views over functions. */
const RENTALS_MYSQL: ApplicationSchema = {
  unknown: ['address.location'],
  script: `
    CREATE TABLE actor (actor_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT, first_name VARCHAR(45) NOT NULL, last_name VARCHAR(45) NOT NULL,
      last_update TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (actor_id), KEY idx_actor_last_name (last_name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
    CREATE TABLE address (address_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT, address VARCHAR(50) NOT NULL, address2 VARCHAR(50) DEFAULT NULL, location POINT NOT NULL,
      PRIMARY KEY (address_id), SPATIAL KEY idx_location (location));
    CREATE TABLE language (language_id TINYINT UNSIGNED NOT NULL AUTO_INCREMENT, name CHAR(20) NOT NULL, PRIMARY KEY (language_id));
    CREATE TABLE film (film_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT, title VARCHAR(128) NOT NULL, description TEXT DEFAULT NULL, release_year YEAR DEFAULT NULL, language_id TINYINT UNSIGNED NOT NULL,
      rental_duration TINYINT UNSIGNED NOT NULL DEFAULT 3, rental_rate DECIMAL(4,2) NOT NULL DEFAULT 4.99, length SMALLINT UNSIGNED DEFAULT NULL, rating ENUM('G','PG','PG-13','R','NC-17') DEFAULT 'G',
      special_features SET('Trailers','Commentaries','Deleted Scenes','Behind the Scenes') DEFAULT NULL, PRIMARY KEY (film_id), KEY idx_title (title), KEY idx_fk_language_id (language_id),
      CONSTRAINT fk_film_language FOREIGN KEY (language_id) REFERENCES language (language_id) ON DELETE RESTRICT ON UPDATE CASCADE);
    CREATE TABLE film_actor (actor_id SMALLINT UNSIGNED NOT NULL, film_id SMALLINT UNSIGNED NOT NULL, PRIMARY KEY (actor_id,film_id), KEY idx_fk_film_id (film_id),
      CONSTRAINT fk_film_actor_actor FOREIGN KEY (actor_id) REFERENCES actor (actor_id) ON DELETE RESTRICT ON UPDATE CASCADE, CONSTRAINT fk_film_actor_film FOREIGN KEY (film_id) REFERENCES film (film_id) ON UPDATE CASCADE);
    CREATE TABLE film_text (film_id SMALLINT NOT NULL, title VARCHAR(255) NOT NULL, description TEXT, PRIMARY KEY (film_id), FULLTEXT KEY idx_title_description (title,description)) ENGINE=MyISAM;
    CREATE TABLE store (store_id TINYINT UNSIGNED NOT NULL AUTO_INCREMENT, manager_staff_id TINYINT UNSIGNED NOT NULL, PRIMARY KEY (store_id), UNIQUE KEY idx_unique_manager (manager_staff_id));
    CREATE TABLE staff (staff_id TINYINT UNSIGNED NOT NULL AUTO_INCREMENT, picture BLOB DEFAULT NULL, store_id TINYINT UNSIGNED NOT NULL, active BOOLEAN NOT NULL DEFAULT TRUE,
      username VARCHAR(16) NOT NULL, password VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL, PRIMARY KEY (staff_id), KEY idx_fk_store_id (store_id),
      CONSTRAINT fk_staff_store FOREIGN KEY (store_id) REFERENCES store (store_id) ON DELETE RESTRICT ON UPDATE CASCADE);
    ALTER TABLE store ADD CONSTRAINT fk_store_staff FOREIGN KEY (manager_staff_id) REFERENCES staff (staff_id) ON UPDATE CASCADE;
    CREATE TABLE rental (rental_id INT NOT NULL AUTO_INCREMENT, rental_date DATETIME NOT NULL, inventory_id MEDIUMINT UNSIGNED NOT NULL, staff_id TINYINT UNSIGNED NOT NULL, PRIMARY KEY (rental_id),
      UNIQUE KEY (rental_date,inventory_id), KEY idx_fk_staff_id (staff_id), CONSTRAINT fk_rental_staff FOREIGN KEY (staff_id) REFERENCES staff (staff_id) ON UPDATE CASCADE);
    CREATE TRIGGER ins_film AFTER INSERT ON film FOR EACH ROW INSERT INTO film_text (film_id, title, description) VALUES (new.film_id, new.title, new.description);
    CREATE VIEW actor_info AS SELECT a.actor_id, a.first_name, GROUP_CONCAT(DISTINCT CONCAT(f.title, ': ', (SELECT GROUP_CONCAT(l.name ORDER BY l.name SEPARATOR ', ') FROM language l WHERE l.language_id = f.language_id))
      ORDER BY f.title SEPARATOR '; ') AS film_info FROM actor a LEFT JOIN film_actor fa ON a.actor_id = fa.actor_id LEFT JOIN film f ON fa.film_id = f.film_id GROUP BY a.actor_id, a.first_name;
    CREATE VIEW staff_list AS SELECT s.staff_id AS ID, CONCAT(s.username, _utf8mb4' ', s.store_id) AS name, IF(s.active, _utf8mb4'active', _utf8mb4'') AS notes FROM staff AS s;`,
};

/** A web shop in PHP on MySQL: comments on all, checked JSON, generated columns with keys, unsigned money, a table of parts. */
const PHP_SHOP: ApplicationSchema = {
  rows: {
    users: [
      { name: 'Ann', email: 'e', uuid: '123e4567-e89b-12d3-a456-426614174000', settings: { address: { city: 'Rome' } } },
      { id: 1n, role: 'user', name_upper: 'ANN', city: 'Rome', is_active: true, email_verified_at: null },
    ],
    catalog_product_entity: [
      { sku: 's' },
      { entity_id: 1, attribute_set_id: 0, type_id: 'simple', has_options: 0, created_at: expect.any(Date) },
    ],
  },
  script: `
    CREATE TABLE catalog_product_entity (entity_id int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'Entity ID', attribute_set_id smallint(5) unsigned NOT NULL DEFAULT 0 COMMENT 'Attribute Set ID',
      type_id varchar(32) NOT NULL DEFAULT 'simple' COMMENT 'Type ID', sku varchar(64) NOT NULL COMMENT 'SKU', has_options smallint(6) NOT NULL DEFAULT 0 COMMENT 'Has Options',
      created_at timestamp NOT NULL DEFAULT current_timestamp() COMMENT 'Creation Time', updated_at timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp() COMMENT 'Update Time',
      PRIMARY KEY (entity_id), KEY CATALOG_PRODUCT_ENTITY_SKU (sku)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='Catalog Product Table';
    CREATE TABLE catalog_product_entity_decimal (value_id int(11) NOT NULL AUTO_INCREMENT COMMENT 'Value ID', store_id smallint(5) unsigned NOT NULL DEFAULT 0 COMMENT 'Store ID',
      entity_id int(10) unsigned NOT NULL DEFAULT 0 COMMENT 'Entity ID', value decimal(20,6) DEFAULT NULL COMMENT 'Value', PRIMARY KEY (value_id), UNIQUE KEY CAT_PRD_ENTT_DEC_ENTT_ID_STORE_ID (entity_id,store_id),
      CONSTRAINT CAT_PRD_ENTT_DEC_ENTT_ID_CAT_PRD_ENTT_ENTT_ID FOREIGN KEY (entity_id) REFERENCES catalog_product_entity (entity_id) ON DELETE CASCADE) COMMENT='Catalog Product Decimal Attribute Backend Table';
    CREATE TABLE users (id bigint(20) unsigned NOT NULL AUTO_INCREMENT, name varchar(255) NOT NULL, email varchar(255) NOT NULL, email_verified_at timestamp NULL DEFAULT NULL, remember_token varchar(100) DEFAULT NULL,
      settings longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(settings)), uuid char(36) NOT NULL, role enum('admin','it''s','user') NOT NULL DEFAULT 'user',
      name_upper varchar(255) GENERATED ALWAYS AS (ucase(name)) VIRTUAL, city varchar(100) GENERATED ALWAYS AS (json_unquote(json_extract(settings,'$.address.city'))) STORED,
      balance decimal(10,2) unsigned NOT NULL DEFAULT 0.00, is_active tinyint(1) NOT NULL DEFAULT 1, rating double(8,2) DEFAULT NULL, deleted_at timestamp(6) NULL DEFAULT NULL, avatar blob DEFAULT NULL,
      PRIMARY KEY (id), UNIQUE KEY users_email_unique (email), UNIQUE KEY users_uuid_unique (uuid), KEY users_city_index (city), KEY users_name_upper_index (name_upper),
      CONSTRAINT positive_balance CHECK (balance >= 0 and balance < 1000000)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
    CREATE TABLE jobs (id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, queue varchar(255) NOT NULL, payload longtext NOT NULL, attempts tinyint(3) unsigned NOT NULL, reserved_at int(10) unsigned DEFAULT NULL,
      KEY jobs_queue_index (queue)) COLLATE=utf8mb4_unicode_ci;
    CREATE TABLE taggables (tag_id bigint(20) unsigned NOT NULL, taggable_type varchar(255) NOT NULL, taggable_id bigint(20) unsigned NOT NULL, user_id bigint(20) unsigned NULL,
      KEY taggables_taggable_type_taggable_id_index (taggable_type,taggable_id), CONSTRAINT taggables_user_id_foreign FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL) COLLATE=utf8mb4_unicode_ci;
    CREATE TABLE node__body (bundle varchar(128) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL DEFAULT '' COMMENT 'The field''s bundle', deleted tinyint(4) NOT NULL DEFAULT 0, entity_id int(10) unsigned NOT NULL,
      langcode varchar(32) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL DEFAULT '', delta int(10) unsigned NOT NULL, body_value longtext NOT NULL, PRIMARY KEY (entity_id,deleted,delta,langcode), KEY bundle (bundle)) COMMENT='Data storage for node field body.';
    CREATE TABLE access_log (id bigint NOT NULL, at date NOT NULL, ip varbinary(16), PRIMARY KEY (id, at)) PARTITION BY RANGE (year(at)) (PARTITION p2023 VALUES LESS THAN (2024), PARTITION rest VALUES LESS THAN MAXVALUE);
    CREATE VIEW active_users AS SELECT users.id AS id, users.email AS email, coalesce(users.city, 'none') AS city FROM users WHERE users.is_active = 1 AND users.deleted_at IS NULL;
    CREATE VIEW admins AS SELECT active_users.id AS id FROM active_users JOIN users u ON u.id = active_users.id WHERE u.role = 'admin' WITH CASCADED CHECK OPTION;`,
};

/** Django on SQLite: AUTOINCREMENT keys, deferred keys, checks of JSON and of unsigned numbers. */
const DJANGO_SQLITE: ApplicationSchema = {
  rows: {
    auth_user: [
      { password: 'p', is_superuser: true, username: 'u', date_joined: EPOCH },
      { id: 1, last_login: null },
    ],
  },
  script: `
    CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
    CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
    CREATE TABLE "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "date_joined" datetime NOT NULL);
    CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
    CREATE TABLE "polls_question" ("id" char(32) NOT NULL PRIMARY KEY, "text" varchar(200) NOT NULL, "votes" integer unsigned NOT NULL CHECK ("votes" >= 0), "rank" smallint unsigned NOT NULL CHECK ("rank" >= 0),
      "data" text DEFAULT '{}' NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)), "took" bigint NOT NULL, "price" decimal NOT NULL, "score" real NULL, "ip" char(39) NULL, "blob" BLOB NULL,
      "full" text GENERATED ALWAYS AS (COALESCE("text", '') || ':' || COALESCE((CAST("votes" AS text)), '')) STORED, "created" datetime DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')) NOT NULL, "owner_id" integer NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
      CONSTRAINT "votes_or_rank" CHECK (("votes" > 1 OR ("rank" < 9 AND NOT ("rank" = 5 AND "rank" IS NOT NULL)))));
    CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model");
    CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename");
    CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
    CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");
    CREATE UNIQUE INDEX "one_popular" ON "polls_question" ("text") WHERE "votes" > 100; CREATE INDEX "lowered" ON "polls_question" ((LOWER("text")), "rank" DESC);`,
};

/** Rails on SQLite, and what phones and browsers keep: names of types that no standard has, tables of one column, search tables, triggers. */
const DEVICES: ApplicationSchema = {
  rows: {
    posts: [{ created_at: EPOCH }, { id: 1, title: 'Untitled', published: false, rating: 1.5, meta: {} }],
    books: [{}, { id: 1, title: 'Unknown', series_index: 1, has_cover: false, last_modified: new Date('2000-01-01T00:00:00Z') }],
  },
  unknown: ['kv.v'],
  script: `
    CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
    CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
    CREATE TABLE "posts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "title" varchar DEFAULT 'Untitled' NOT NULL, "body" text, "published" boolean DEFAULT 0 NOT NULL, "price" decimal(10,2) DEFAULT '0.0' NOT NULL, "rating" float DEFAULT 1.5,
      "meta" json DEFAULT '{}', "user_id" integer, "position" bigint, "created_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_5b5ddfd518" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE, CONSTRAINT rating_range CHECK (rating BETWEEN 0 AND 5));
    CREATE TABLE "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "email" varchar(255) COLLATE "NOCASE", "token" blob);
    CREATE INDEX "index_posts_on_user_id" ON "posts" ("user_id"); CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email" COLLATE NOCASE);
    CREATE INDEX "index_posts_published" ON "posts" (lower(title), "created_at" DESC) WHERE "published" = 1;
    CREATE TABLE android_metadata (locale TEXT);
    CREATE TABLE room_master_table (id INTEGER PRIMARY KEY,identity_hash TEXT);
    CREATE TABLE moz_places ( id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR, visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL, frecency INTEGER DEFAULT -1 NOT NULL, guid TEXT,
      foreign_count INTEGER DEFAULT 0 NOT NULL, url_hash INTEGER DEFAULT 0 NOT NULL, origin_id INTEGER REFERENCES moz_origins(id));
    CREATE TABLE moz_origins ( id INTEGER PRIMARY KEY, prefix TEXT NOT NULL, host TEXT NOT NULL, frecency INTEGER NOT NULL, UNIQUE (prefix, host) );
    CREATE INDEX moz_places_url_hashindex ON moz_places (url_hash); CREATE UNIQUE INDEX moz_places_guid_uniqueindex ON moz_places (guid);
    CREATE TABLE cookies(creation_utc INTEGER NOT NULL,host_key TEXT NOT NULL,top_frame_site_key TEXT NOT NULL,name TEXT NOT NULL,encrypted_value BLOB NOT NULL DEFAULT '',is_secure INTEGER NOT NULL,source_port INTEGER NOT NULL);
    CREATE UNIQUE INDEX cookies_unique_index ON cookies(host_key, top_frame_site_key, name, is_secure, source_port);
    CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
    CREATE TABLE books ( id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL DEFAULT 'Unknown' COLLATE NOCASE, sort TEXT COLLATE NOCASE, timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP, pubdate TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
      series_index REAL NOT NULL DEFAULT 1.0, uuid TEXT, has_cover BOOL DEFAULT 0, last_modified TIMESTAMP NOT NULL DEFAULT "2000-01-01 00:00:00+00:00");
    CREATE TABLE books_authors_link ( id INTEGER PRIMARY KEY, book INTEGER NOT NULL, author INTEGER NOT NULL, UNIQUE(book, author) );
    CREATE TABLE messages(_id INTEGER PRIMARY KEY, thread_id INTEGER NOT NULL REFERENCES threads (_id) ON DELETE CASCADE, body TEXT, read INTEGER DEFAULT 0, story_type INTEGER DEFAULT 0, latest_revision_id INTEGER DEFAULT NULL REFERENCES messages (_id) ON DELETE CASCADE) STRICT;
    CREATE TABLE threads(_id INTEGER PRIMARY KEY, date INTEGER DEFAULT 0, meaningful_messages INTEGER DEFAULT 0) STRICT;
    CREATE INDEX story_index ON messages(story_type, read, thread_id) WHERE story_type > 0 AND story_type <> 3;
    CREATE TABLE kv (k TEXT PRIMARY KEY, v ANY) STRICT, WITHOUT ROWID;
    CREATE VIRTUAL TABLE message_fts USING fts5(body, thread_id UNINDEXED, content=messages, content_rowid=_id);
    CREATE TRIGGER message_ai AFTER INSERT ON messages BEGIN INSERT INTO message_fts(rowid, body, thread_id) VALUES (new._id, new.body, new.thread_id); END;
    CREATE VIEW recent AS SELECT m._id, m.body, t.date FROM messages m JOIN threads t ON m.thread_id = t._id; CREATE VIEW latest AS SELECT _id FROM recent ORDER BY date DESC LIMIT 10;
    ANALYZE;`,
};

/** The office supplier on SQLite, moved from another database: names with blanks, brackets and money. */
const ORDERS_SQLITE: ApplicationSchema = {
  unknown: ['Categories.Picture', 'Order Details.UnitPrice'],
  script: `
    CREATE TABLE [Categories] ([CategoryID] INTEGER PRIMARY KEY AUTOINCREMENT, [CategoryName] TEXT, [Description] NTEXT, [Picture] IMAGE);
    CREATE TABLE [CustomerCustomerDemo] ([CustomerID] TEXT NOT NULL, [CustomerTypeID] TEXT NOT NULL, PRIMARY KEY ("CustomerID","CustomerTypeID"),
      FOREIGN KEY ([CustomerID]) REFERENCES [Customers] ([CustomerID]) ON DELETE NO ACTION ON UPDATE NO ACTION);
    CREATE TABLE [Customers] ([CustomerID] NCHAR(5), [CompanyName] NVARCHAR(40), PRIMARY KEY (\`CustomerID\`));
    CREATE TABLE [Employees] ([EmployeeID] INTEGER PRIMARY KEY AUTOINCREMENT, [LastName] TEXT, [BirthDate] DATE, [ReportsTo] INTEGER, FOREIGN KEY ([ReportsTo]) REFERENCES [Employees] ([EmployeeID]) ON DELETE NO ACTION ON UPDATE NO ACTION);
    CREATE TABLE [Orders] ([OrderID] INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, [CustomerID] TEXT, [EmployeeID] INTEGER, [OrderDate] DATETIME, [Freight] NUMERIC DEFAULT 0,
      FOREIGN KEY ([EmployeeID]) REFERENCES [Employees] ([EmployeeID]), FOREIGN KEY ([CustomerID]) REFERENCES [Customers] ([CustomerID]));
    CREATE TABLE [Order Details] ([OrderID] INTEGER NOT NULL, [ProductID] INTEGER NOT NULL, [UnitPrice] MONEY NOT NULL DEFAULT (0), [Quantity] SMALLINT NOT NULL DEFAULT 1, [Discount] REAL NOT NULL DEFAULT 0,
      PRIMARY KEY ("OrderID","ProductID"), CHECK ([Discount]>=(0) AND [Discount]<=(1)), CHECK ([Quantity]>(0)), CHECK ([UnitPrice]>=(0)),
      FOREIGN KEY ([OrderID]) REFERENCES [Orders] ([OrderID]), FOREIGN KEY ([ProductID]) REFERENCES [Products] ([ProductID]));
    CREATE TABLE [Products] ([ProductID] INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, [ProductName] TEXT NOT NULL, [CategoryID] INTEGER, [UnitPrice] NUMERIC DEFAULT 0, [Discontinued] TEXT NOT NULL DEFAULT '0',
      FOREIGN KEY ([CategoryID]) REFERENCES [Categories] ([CategoryID]), CHECK ([UnitPrice]>=(0)), CHECK ([Discontinued] IN ('0', '1')));
    CREATE VIEW [Order Subtotals] AS SELECT [Order Details].OrderID, Sum(([Order Details].UnitPrice*Quantity*(1-Discount)/100)*100) AS Subtotal FROM [Order Details] GROUP BY [Order Details].OrderID;
    CREATE VIEW [Summary of Sales] AS SELECT o.OrderDate, s.Subtotal FROM Orders o INNER JOIN [Order Subtotals] s ON o.OrderID = s.OrderID;`,
};

/** Schemas in the manner of well-known applications, by family and what they are like. */
export const APPLICATIONS: Readonly<Record<TestDatabase['family'], Readonly<Record<string, ApplicationSchema>>>> = {
  postgresql: {
    'a social network': SOCIAL,
    'a code forge': FORGE,
    'a rental shop': RENTALS,
    'business software': BUSINESS,
    'a Django site': DJANGO,
    'an office supplier': ORDERS,
  },
  mysql: { 'a blog engine': BLOG_ENGINE, 'a rental shop': RENTALS_MYSQL, 'web shops in PHP': PHP_SHOP },
  sqlite: { 'a Django site': DJANGO_SQLITE, 'phones and browsers': DEVICES, 'an office supplier': ORDERS_SQLITE },
};
