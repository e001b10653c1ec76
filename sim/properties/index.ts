/** The properties of the catalogue, in catalogue order. Source: the property catalogue, contract 11. */

import type { Property } from './property.ts';

export const allProperties: readonly Property[] = [];
