// Functions that get columns by their names, under the options that new projects begin with: no column may be undefined.
import { and, belongsTo, columnProperty, func, hasMany, hybrid, select, t } from 'athanor';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';

export class Shelf extends db.Model('shelves', {
  id: t.integer().primaryKey(),
  room: t.string(20),
  wide: t.numeric(10, 2),
  label: columnProperty(t.string(), (c) => c.room.concat('!')),
  volumes: columnProperty(t.integer(), (c) => select(func.count(Volume.c.id)).where(Volume.c.shelfId.eq(c.id)).scalar()),
  double: hybrid(t.numeric(10, 2), (c) => c.wide.times(2)),
  get held() {
    return hasMany(Volume);
  },
  get thick() {
    return hasMany(Volume, { viewOnly: true, on: (own, volume) => and(volume.pages.gt(500), volume.shelfId.eq(own.id)) });
  },
}) {}

export class Volume extends db.Model('volumes', {
  id: t.integer().primaryKey(),
  pages: t.integer(),
  shelfId: t.integer().references('shelves.id'),
  get shelf() {
    return belongsTo(Shelf);
  },
}) {}

export const shelf = await Shelf.query().filter(Shelf.c.volumes.gt(2), Shelf.c.label.eq('a!')).firstOr404();
assertType<Equal<typeof shelf.volumes, number>>();
assertType<Equal<typeof shelf.double, typeof shelf.wide>>();
assertType<Equal<Awaited<typeof shelf.thick>, readonly Volume[]>>();
