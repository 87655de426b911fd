import './app.css';
import './theme.js';
import './sluice-app.js';
