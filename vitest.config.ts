import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// A scenario or system file under test imports floodmark by name, as a user's does.
const alias = [
  { find: /^floodmark$/, replacement: fileURLToPath(new URL('harness/index.ts', import.meta.url)) },
  { find: /^floodmark\/(clustered|reference|naive)$/, replacement: fileURLToPath(new URL('system/$1.ts', import.meta.url)) },
]

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000, sequence: { groupOrder: 0 } },
      },
      {
        // Real servers on a machine of two cores: three files at a time, since most of their time is waiting, after everything that is quick.
        extends: true,
        test: {
          name: 'servers',
          include: ['test/{integration,package}/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/*.containers.test.ts', '**/k6-*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 3,
          globalSetup: ['test/build-tools.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Needs k6, which takes minutes to build on a machine that has none: `npm run test:k6`.
        extends: true,
        test: {
          name: 'k6',
          include: ['test/contract/**/*.test.ts', 'test/integration/k6-*.test.ts'],
          exclude: ['**/*.containers.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          globalSetup: ['test/build-tools.ts'],
          sequence: { groupOrder: 2 },
        },
      },
      {
        // Needs a Docker engine with the images of harness/environment/images: `npm run test:containers`.
        extends: true,
        test: {
          name: 'containers',
          include: ['test/**/*.containers.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
      {
        // Needs a Chromium, which a fresh machine may not have: `npm run test:browser`.
        extends: true,
        test: { name: 'browser', include: ['test/integration/**/*.browser.test.ts'], testTimeout: 60_000, sequence: { groupOrder: 4 } },
      },
    ],
  },
})
