export default { stagecraft: 1, name: 'right' };
