-- The ledger: what the pipeline took in, what it handed on, and what reconciliation found. Applied once, and again without harm.

-- One row an event. message_id is derived from (shop, order_id, topic), so its key is also theirs.
create table if not exists orders (
  message_id      uuid        primary key,
  shop            text        not null,
  order_id        text        not null,
  topic           text        not null,
  amount          text        not null,
  currency        text        not null,
  source          text        not null check (source in ('webhook', 'reconciliation')),
  source_event_id text,
  created_at      timestamptz not null,
  processed_at    timestamptz not null default now()
);

-- One row for each destination that has answered for an event: its presence is what "relayed" means.
create table if not exists deliveries (
  message_id   uuid        not null,
  destination  text        not null,
  delivered_at timestamptz not null default now(),
  primary key (message_id, destination)
);

-- One row an event that reconciliation did not find where it should have been.
create table if not exists anomalies (
  message_id  uuid        primary key,
  shop        text        not null,
  order_id    text        not null,
  topic       text        not null,
  stage       text        not null check (stage in ('never accepted', 'accepted, not processed', 'processed, not delivered')),
  created_at  timestamptz not null,
  hour_start  timestamptz not null,
  requeued    boolean     not null,
  found_at    timestamptz not null default now(),
  resolved_at timestamptz
);
create index if not exists anomalies_open on anomalies (found_at) where resolved_at is null;

-- Throughput as it is reported: of the events of a shop's hour, how many the destinations have. Late ones correct past hours.
create table if not exists shop_hours (
  shop       text        not null,
  hour_start timestamptz not null,
  planned    integer     not null,
  delivered  integer     not null,
  primary key (shop, hour_start)
);

-- How far each shop's orders have been reconciled.
create table if not exists reconciled (
  shop         text        primary key,
  until        timestamptz not null
);
