// What a template of an order is made of: the fields of Shopify's REST order resource, filled in by faker once per template.
import { faker } from '@faker-js/faker/locale/en'

/** Marks the places that are patched per order. A number's mark is the whole string; its quotes are dropped. */
const marks = { id: '⟦id⟧', number: '⟦number⟧', time: '⟦time⟧', money: (cents: number): string => `⟦money:${cents}⟧` } as const

/** Cents that an order's amounts may lie above its template's. */
export const amountSpread = 1_000

const currencies = ['USD', 'USD', 'USD', 'CAD', 'EUR', 'GBP', 'AUD']

export interface OrderResource {
  /** With marks in it. */
  resource: object
  currency: string
  /** Total in cents for a spread of zero. */
  totalCents: number
}

/** One order with `lines` line items, in the state that its topics speak of: paid, fulfilled or cancelled. Faker must have been seeded. */
export function makeOrderResource(lines: number, topics: readonly string[]): OrderResource {
  const currency = faker.helpers.arrayElement(currencies)
  const others = Array.from({ length: lines - 1 }, makeLine)
  const first = { ...makeLine(), quantity: 1 }
  const otherCents = others.reduce((sum, line) => sum + line.cents * line.quantity, 0)
  const shippingCents = faker.helpers.arrayElement([0, 490, 795, 1_250])
  const taxCents = Math.round(otherCents * 0.08)
  const firstCents = steadyWidth(faker.number.int({ min: 1_500, max: 4_900 }), otherCents, otherCents + shippingCents + taxCents)
  const subtotalCents = firstCents + otherCents
  const totalCents = subtotalCents + shippingCents + taxCents
  const address = makeAddress()
  // A reserved domain: these people must not be anyone.
  const email = faker.internet.exampleEmail({ firstName: address.first_name, lastName: address.last_name }).toLowerCase()
  const total = marks.money(totalCents)
  const subtotal = marks.money(subtotalCents)
  const resource = {
    id: marks.id,
    admin_graphql_api_id: `gid://shopify/Order/${marks.id}`,
    browser_ip: faker.internet.ipv4(),
    cancelled_at: topics.includes('orders/cancelled') ? marks.time : null,
    closed_at: null,
    confirmed: true,
    contact_email: email,
    created_at: marks.time,
    currency,
    customer_locale: 'en',
    email,
    financial_status: topics.includes('orders/paid') ? 'paid' : 'pending',
    fulfillment_status: topics.includes('orders/fulfilled') ? 'fulfilled' : null,
    name: `#${marks.number}`,
    note: null,
    order_number: marks.number,
    payment_gateway_names: ['shopify_payments'],
    presentment_currency: currency,
    processed_at: marks.time,
    source_name: 'web',
    subtotal_price: subtotal,
    tags: '',
    taxes_included: false,
    test: false,
    total_discounts: '0.00',
    total_line_items_price: subtotal,
    total_price: total,
    total_price_set: { shop_money: { amount: total, currency_code: currency }, presentment_money: { amount: total, currency_code: currency } },
    total_tax: amountText(taxCents),
    total_weight: faker.number.int({ min: 100, max: 9_000 }),
    updated_at: marks.time,
    billing_address: address,
    shipping_address: address,
    customer: { id: faker.number.int({ min: 10 ** 12, max: 10 ** 13 - 1 }), email, first_name: address.first_name, last_name: address.last_name, state: 'disabled', verified_email: true, currency },
    line_items: [lineItem(first, marks.money(firstCents)), ...others.map(line => lineItem(line, amountText(line.cents)))],
    shipping_lines: [{ code: 'Standard', price: amountText(shippingCents), title: 'Standard' }],
  }
  return { resource, currency, totalCents }
}

/** "12.50" for 1250. */
export function amountText(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
}

/** The first price, raised until no amount that contains it gains a digit within the spread: what is patched keeps its width. */
function steadyWidth(firstCents: number, ...added: number[]): number {
  const steps = Array.from({ length: 4 }, (_, step) => firstCents + step * amountSpread)
  const widens = (cents: number): boolean => amountText(cents).length !== amountText(cents + amountSpread - 1).length
  return steps.find(cents => ![0, ...added].some(more => widens(cents + more)))!
}

interface Line {
  title: string
  quantity: number
  cents: number
  sku: string
}

function makeLine(): Line {
  return {
    title: faker.commerce.productName(),
    quantity: faker.number.int({ min: 1, max: 3 }),
    cents: faker.number.int({ min: 500, max: 12_000 }),
    sku: faker.string.alphanumeric({ length: 10, casing: 'upper' }),
  }
}

function lineItem(line: Line, price: string): object {
  const bigId = (): number => faker.number.int({ min: 10 ** 13, max: 10 ** 14 - 1 })
  return {
    id: bigId(),
    fulfillable_quantity: line.quantity,
    gift_card: false,
    grams: faker.number.int({ min: 50, max: 2_500 }),
    name: line.title,
    price,
    product_id: bigId(),
    quantity: line.quantity,
    requires_shipping: true,
    sku: line.sku,
    taxable: true,
    title: line.title,
    total_discount: '0.00',
    variant_id: bigId(),
    vendor: faker.company.name(),
  }
}

function makeAddress(): Record<string, string | null> & { first_name: string; last_name: string } {
  return {
    first_name: faker.person.firstName(),
    last_name: faker.person.lastName(),
    address1: faker.location.streetAddress(),
    address2: null,
    city: faker.location.city(),
    zip: faker.location.zipCode(),
    province: faker.location.state(),
    country: 'United States',
    country_code: 'US',
    phone: null,
  }
}
