export default { stagecraft: 2, name: 'of a later time' };
