"""Begins each step of a visit at its top, where a reader expects to be."""

from ui.stepping.stepping import begin as begin
