// What the reference pipeline reads, names and signs: pure functions of bytes.
import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messageIdOf } from '../../system/order/identity.ts'
import { readOrder, UnreadableOrder } from '../../system/order/read-order.ts'
import { splitOrders } from '../../system/order/split-orders.ts'
import { SignatureCheck } from '../../system/ingest/signature.ts'
import { owedEvents } from '../../system/reconciler/owed-events.ts'

const rest = '"total_price":"12.50","currency":"USD","created_at":"2026-11-27T12:01:00Z"'

describe('reading an order', () => {
  test('the fields that the pipeline needs', () => {
    const text = `{"id":1,${rest},"customer":{"id":5},"financial_status":"paid","fulfillment_status":null,"cancelled_at":null}`
    expect(readOrder(text)).toEqual({
      id: '1', amount: '12.50', currency: 'USD', createdAt: '2026-11-27T12:01:00Z', customerId: '5', financialStatus: 'paid', fulfillmentStatus: undefined, cancelledAt: undefined,
    })
  })

  test.for([
    ['as the first key', `{"id":9007199254740993,${rest}}`],
    ['after white space', `  {\n "id" : 9007199254740993 ,${rest}}`],
    ['as the last key', `{${rest},"id":9007199254740993}`],
    ['behind a nested id', `{"customer":{"id":9007199254740995},"line_items":[{"id":9007199254740997}],${rest},"id":9007199254740993}`],
    ['before a nested id', `{${rest},"id":9007199254740993,"customer":{"id":9007199254740995}}`],
    ['behind a string that looks like one', `{"note":"\\"id\\":9007199254740995, {","a":["{\\\\"],${rest},"id":9007199254740993}`],
    ['as text', `{"id":"9007199254740993",${rest}}`],
  ])('an id beyond 2^53 %s keeps its digits', ([, text]) => {
    expect(readOrder(text).id).toBe('9007199254740993')
  })

  test('any 64-bit id among any other members keeps its digits', () => {
    const members = fc.dictionary(fc.string().filter(key => !['id', 'total_price', 'currency', 'created_at', 'customer', 'financial_status', 'fulfillment_status', 'cancelled_at', '__proto__'].includes(key)), fc.jsonValue())
    fc.assert(fc.property(members, members, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (before, after, id) => {
      const inner = (value: object): string => JSON.stringify(value).slice(1, -1)
      const text = `{${[inner(before), `"id":${id}`, inner(after), rest].filter(part => part !== '').join(',')}}`
      expect(readOrder(text).id).toBe(String(id))
    }))
  })

  test.for([
    ['nothing', ''], ['no JSON', '{'], ['a list', '[]'], ['null', 'null'], ['no id', `{${rest}}`], ['a fraction', `{"id":1.5,${rest}}`], ['a negative id', `{"id":-1,${rest}}`],
    ['an id that is a word', `{"id":"drop table",${rest}}`], ['no amount', '{"id":1,"currency":"USD","created_at":"2026-11-27T12:01:00Z"}'], ['an amount that is a number', `{"id":1,${rest},"total_price":12.5}`],
    ['a NUL in the currency', `{"id":1,${rest},"currency":"US\\u0000"}`], ['no time', `{"id":1,${rest},"created_at":"yesterday"}`],
  ])('%s is unreadable, and the reason tells nothing of the body', ([, text]) => {
    expect(() => readOrder(text)).toThrow(UnreadableOrder)
    expect(() => readOrder(text)).not.toThrow(/drop|yesterday|12\.5/)
  })
})

describe('splitting a page', () => {
  test('gives back each order as it was written', () => {
    fc.assert(fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()).map(value => JSON.stringify(value))), orders => {
      expect(splitOrders(`{"orders":[${orders.join(',')}]}`)).toEqual(orders)
    }))
  })

  test.for(['', '{}', '[]', '{"errors":"x"}', '{"orders":[{"id":1}', '{"orders":[{"note":"'])('%j is no page of orders', page => {
    expect(() => splitOrders(page)).toThrow(UnreadableOrder)
  })
})

test('a message id is a function of shop, order and topic, and of each of them', () => {
  const identity = { shop: 'a.myshopify.com', orderId: '12', topic: 'orders/create' }
  const ids = [identity, { ...identity, shop: 'b.myshopify.com' }, { ...identity, orderId: '13' }, { ...identity, topic: 'orders/paid' }].map(messageIdOf)
  expect(new Set(ids).size).toBe(4)
  expect(messageIdOf({ ...identity })).toBe(ids[0])
})

test.for([0, 1, 63, 64, 1_000, 65_536, 65_537, 200_000])('a signature over %i bytes is the HMAC, and no other is', bytes => {
  for (const secret of ['s', 'x'.repeat(64), 'a secret longer than one block of the hash, which is sixty-four bytes long and no more']) {
    const check = new SignatureCheck(secret)
    const body = randomBytes(bytes)
    const signature = createHmac('sha256', secret).update(body).digest('base64')
    expect(check.accepts(body, signature)).toBe(true)
    expect(check.accepts(Buffer.concat([body, Buffer.from(' ')]), signature)).toBe(false)
    expect(check.accepts(body, createHmac('sha256', 'another').update(body).digest('base64'))).toBe(false)
    for (const wrong of [undefined, '', signature.slice(0, -1), ` ${signature}`, `${signature}=`, [signature], `${'!'.repeat(43)}=`]) expect(check.accepts(body, wrong)).toBe(false)
    expect(check.accepts(body, signature)).toBe(true)
  }
})

test('an order owes one event for each subscribed topic that its state implies', () => {
  const all = ['orders/create', 'orders/updated', 'orders/paid', 'orders/fulfilled', 'orders/cancelled']
  const owed = (more: string, topics = all): string[] => owedEvents('a.myshopify.com', `{"id":1,${rest}${more}}`, topics, 3_600_000).map(event => event.topic)
  expect(owed('')).toEqual(['orders/create', 'orders/updated'])
  expect(owed('', ['orders/create'])).toEqual(['orders/create'])
  expect(owed(',"financial_status":"paid","fulfillment_status":"fulfilled"')).toEqual(['orders/create', 'orders/updated', 'orders/paid', 'orders/fulfilled'])
  expect(owed(',"financial_status":"paid","cancelled_at":"2026-11-27T13:00:00Z"', ['orders/cancelled'])).toEqual(['orders/cancelled'])
  expect(owedEvents('a.myshopify.com', `{"id":1,${rest}}`, ['orders/create'], 3_600_000)[0].hourStart).toBe('2026-11-27T12:00:00.000Z')
})
