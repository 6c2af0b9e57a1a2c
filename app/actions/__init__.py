"""Actions as data: menus, toolbar and the shortcut page are built from one list."""
