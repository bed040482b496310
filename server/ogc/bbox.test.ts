import { describe, expect, it } from 'vitest';
import { HekanError } from '../errors.ts';
import { holds, parseBbox } from './bbox.ts';

describe('/req/core/fc-bbox-definition', () => {
  it.each([
    ['1,2,3,4', [[1, 2, 3, 4]]],
    ['1,2,-9,3,4,900.5', [[1, 2, 3, 4]]], // heights, which nothing here has
    ['-180,-90,180,90', [[-180, -90, 180, 90]]],
    ['5,5,5,5', [[5, 5, 5, 5]]],
    ['1e1, 2 ,3e1,4', [[10, 2, 30, 4]]],
    [
      '177,-20,-178,-10',
      [
        [177, -20, 180, -10],
        [-180, -20, -178, -10],
      ],
    ], // across the antimeridian
  ])('takes %s', (text, boxes) => expect(parseBbox(text)).toEqual(boxes));

  it.each([
    '',
    '1,2,3',
    '1,2,3,4,5',
    '1,2,3,4,5,6,7',
    'a,b,c,d',
    '1,,3,4',
    '1,2,3,NaN',
    '1,2,3,Infinity',
    '3,4,5,2',
    '1,2,9,3,4,1',
  ])('refuses %j', (text) => expect(() => parseBbox(text)).toThrow(HekanError));

  it.each(['-181,0,0,1', '0,0,181,1', '0,-91,1,0', '0,0,1,91'])(
    '/req/core/fc-bbox-response D: refuses %s, which CRS84 does not have',
    (text) => expect(() => parseBbox(text)).toThrow(HekanError),
  );

  it('knows what a box holds', () => {
    expect(holds(parseBbox('0,0,10,10'), [0, 0, 10, 10])).toBe(true);
    expect(holds(parseBbox('0,0,10,10'), [0, 0, 10, 10.1])).toBe(false);
    expect(holds(parseBbox('170,-20,-170,20'), [-179, -1, -175, 1])).toBe(true);
  });
});
