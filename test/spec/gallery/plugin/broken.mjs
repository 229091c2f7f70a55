throw new Error('no such device');
