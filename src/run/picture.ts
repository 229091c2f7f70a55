/** The picture artifact: something to look at, as one PNG. */
export const PICTURE_TYPE = 'picture';
export const PICTURE_FILE = 'picture.png';
