// A few bytes at a time into a buffer: for so few a call into the runtime would cost more than the loop.

export function writeBytes(target: Buffer, at: number, bytes: Buffer): void {
  for (let place = 0; place < bytes.length; place++) target[at + place] = bytes[place]
}

/** Of ASCII characters. */
export function writeText(target: Buffer, at: number, text: string): void {
  for (let place = 0; place < text.length; place++) target[at + place] = text.charCodeAt(place)
}
