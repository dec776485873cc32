-- The ledger of the naive pipeline: that an order was seen.
create table if not exists naive_orders (
  message_id   text        primary key,
  shop         text        not null,
  order_id     text        not null,
  topic        text        not null,
  amount       text        not null,
  currency     text        not null,
  processed_at timestamptz not null default now()
);
