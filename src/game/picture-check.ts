/** Looks at a picture before a game shows it. */
export interface PictureCheck {
  /**
   * The address under which the picture answers now, which need not be the one asked for; undefined where it does not
   * load. Should answer within seconds, and remember: the pictures of the next rounds are asked for ahead of time.
   */
  usable(imageUrl: string): Promise<string | undefined>;
}

/** Injection token of the {@link PictureCheck}. Where nobody provides it, every picture is taken to load. */
export const PICTURE_CHECK = Symbol('PICTURE_CHECK');

/** For pictures that are drawn by this very process. */
export const unchecked: PictureCheck = { usable: async (imageUrl) => imageUrl };
