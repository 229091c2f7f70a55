export default { stagecraft: 1, name: 'clash', metrics: [{ name: 'top1', artifact: 'scores', description: 'ours' }] };
