// The one place where the images of the container environment are pinned. Arranging asks here for each container that it starts, doctor for what must be there.

export interface PinnedImage {
  /** The official image, by tag. */
  readonly pinned: string
  /** Environment variable that names another one: a mirror's, a stand-in's, a newer one. */
  readonly setting: string
}

/** Every image of the container environment. Servers have the versions that the local environment runs. */
export const images = {
  nats: { pinned: 'nats:2.15.2', setting: 'FLOODMARK_IMAGE_NATS' },
  postgres: { pinned: 'postgres:18.4-bookworm', setting: 'FLOODMARK_IMAGE_POSTGRES' },
  toxiproxy: { pinned: 'ghcr.io/shopify/toxiproxy:2.12.0', setting: 'FLOODMARK_IMAGE_TOXIPROXY' },
  k6: { pinned: 'grafana/k6:2.2.0', setting: 'FLOODMARK_IMAGE_K6' },
  // What the images of the system's programs and of the destinations are built from.
  node: { pinned: 'node:24.21.0-bookworm-slim', setting: 'FLOODMARK_IMAGE_NODE' },
  // Removes what a killed run left. Testcontainers starts it, reads this setting itself, and has this name as its default.
  ryuk: { pinned: 'testcontainers/ryuk:0.14.0', setting: 'RYUK_CONTAINER_IMAGE' },
} as const satisfies Record<string, PinnedImage>

export type ImageName = keyof typeof images

/** The image to start: the setting's, or the pinned one. */
export function imageOf(name: ImageName, env: NodeJS.ProcessEnv = process.env): string {
  const { pinned, setting } = images[name]
  return env[setting] || pinned
}
