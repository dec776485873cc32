import { imageOf, images, type ImageName } from '../images/images.ts'

/** How images get onto the engine, for errors and doctor. */
export function imageCure(names: readonly string[]): string {
  const settings = names.flatMap(name => settingOf(name) ?? [])
  return [
    `see that the engine reaches the registry: ${names.map(name => `docker pull ${name}`).join('; ')}`,
    ...(settings.length === 0 ? [] : [`or name images that it has, or a mirror's: export ${settings.map(setting => `${setting}=<image>`).join(' ')}`]),
    'or, where no registry can be reached, build stand-ins: harness/environment/images/without-registry/README.md',
  ].join('\n')
}

/** The variable that overrides an image; undefined for one that the system file names. */
export function settingOf(name: string): string | undefined {
  const pinned = (Object.keys(images) as ImageName[]).find(key => imageOf(key) === name)
  return pinned === undefined ? undefined : images[pinned].setting
}
